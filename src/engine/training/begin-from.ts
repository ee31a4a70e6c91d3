/** A run that begins with what another has learnt: its parameters and its vocabulary, with settings of its own. */
import { CorpusError } from '../corpus/errors.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import { modelParameters } from '../model/parameter-specs.ts';
import { cellOf } from '../model/spec-fields.ts';
import type { Architecture } from '../model/spec.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunConfig } from './config.ts';
import { optimizerSlots } from './optimizer.ts';
import { noProgress } from './schedule.ts';

/** What a network may have otherwise than the one it begins with: nothing that its parameters depend on. */
const free: ReadonlySet<string> = new Set<keyof Architecture>(['dropout', 'dropoutKind']);

/**
 * The checkpoint before the first step: resumed, it is the beginning of the run.
 * @param from of the run it begins with @param config of the new one
 * @throws CorpusError when it cannot begin with that
 */
export function beginFrom(from: Checkpoint, config: RunConfig): Checkpoint {
  const { architecture: old } = from.state.config;
  const { architecture, training } = config;
  if (old.task !== 'language-model' || architecture.task !== 'language-model')
    throw new CorpusError(
      'Only a language model can be trained further on another text: the classes, columns and scales of other tasks belong to their data.',
    );
  const different = Object.keys(architecture).filter((field) => {
    const key = field as keyof Architecture;
    return !free.has(field) && architecture[key] !== old[key];
  });
  if (different.length > 0)
    throw new CorpusError(
      `A run begins with the network of another as it is; ${different.join(', ')} ${different.length === 1 ? 'is' : 'are'} different. Take the same, or begin anew.`,
    );
  const V = from.state.vocabularySize;
  const tensors = new Map<string, SafetensorsEntry>();
  const slots = optimizerSlots[training.optimizer.kind];
  for (const { name, shape } of modelParameters(architecture, { inputs: V, outputs: V })) {
    const entry = from.tensors.get(name);
    if (!entry) throw new CorpusError(`The checkpoint that it begins with lacks "${name}": it is damaged.`);
    tensors.set(name, entry);
    for (const slot of slots)
      tensors.set(`optimizer.${slot}.${name}`, { shape, data: new Float32Array(entry.data.length) });
  }
  const { layers, hidden } = architecture;
  const shape = [layers, training.batch, hidden];
  const zeros = () => ({ shape, data: new Float32Array(layers * training.batch * hidden) });
  tensors.set('state.h', zeros());
  if (cellOf(architecture) === 'lstm') tensors.set('state.c', zeros());
  const { tokenizer, vocabularySize, charactersPerToken } = from.state;
  return {
    tensors,
    steps: [],
    state: {
      ...{ version: 1, config, tokenizer, codec: null, vocabularySize, charactersPerToken },
      ...{ step: 0, position: 0, elapsed: 0, progress: noProgress, evaluationDue: false, evals: [], samples: [] },
      ...{ device: '', deviceDetail: '' },
    },
  };
}
