/** What a model's file says of the model, for people and programs that find it without the files beside it. */
import type { PortableModel, Provenance } from './portable.ts';

/** The part of a model that this is written from. */
export type Described = Pick<Provenance, 'name' | 'corpusName' | 'corpusHash' | 'trainedWith'> & {
  readonly state: Pick<PortableModel['state'], 'config' | 'codec' | 'tokenizer' | 'vocabularySize' | 'step'>;
};

/** Where the model comes from, and what reads and writes its tokens, labels and numbers: texts, some of them JSON. */
export function modelMetadata({ state, ...origin }: Described): Readonly<Record<string, string>> {
  return {
    name: origin.name,
    corpus: origin.corpusName,
    corpus_sha256: origin.corpusHash,
    configuration: JSON.stringify(state.config),
    created_by: origin.trainedWith,
    architecture: JSON.stringify(state.config.architecture),
    ...(state.codec ? { codec: JSON.stringify(state.codec) } : { tokenizer: JSON.stringify(state.tokenizer) }),
    vocabulary_size: String(state.vocabularySize),
    step: String(state.step),
  };
}
