/** Training options that make no sense for a task, and why. Pure module. */
import { hasMixedPrecision, noMixedPrecision, type Precision } from '../kernels/precision.ts';
import { lossOf, type Architecture } from '../model/spec-fields.ts';

export interface TrainingObjection {
  /** In the run's configuration. */
  readonly path: readonly string[];
  /** What is wrong, and what to do. */
  readonly message: string;
}

interface Options {
  readonly architecture: Architecture;
  readonly vectorsCorpus: string | null;
  readonly tokenizer: { readonly kind: 'char' | 'word' | 'bpe' };
  readonly device: string;
  readonly precision: Precision;
  readonly training: { readonly classWeights: 'none' | 'balanced'; readonly scheduledSampling: object | null };
}

/** Whether each answer is one of a set of classes or tags. */
export function predictsClasses({ task, ...rest }: Pick<Architecture, 'task' | 'multilabel' | 'predicts'>): boolean {
  const isClassTask = task === 'classification' || task === 'tagging' || task === 'standard';
  return isClassTask && lossOf({ task, ...rest }) === 'softmax';
}

export function* trainingObjections({
  architecture,
  training,
  vectorsCorpus,
  tokenizer,
  device,
  precision,
}: Options): Generator<TrainingObjection> {
  if (precision === 'mixed' && !hasMixedPrecision(device)) {
    yield { path: ['precision'], message: noMixedPrecision(device) };
  }
  if (training.classWeights !== 'none' && !predictsClasses(architecture)) {
    yield {
      path: ['training', 'classWeights'],
      message: 'Class weights are for tasks that choose one class or tag; this one does not. Leave them all alike.',
    };
  }
  if (training.scheduledSampling && architecture.task !== 'translation') {
    yield {
      path: ['training', 'scheduledSampling'],
      message:
        'Scheduled sampling feeds a decoder its own tokens; only an encoder–decoder (translation) has one. Switch it off.',
    };
  }
  if (vectorsCorpus !== null && tokenizer.kind === 'bpe') {
    yield {
      path: ['tokenizer', 'kind'],
      message: 'Word vectors are for words, and byte pairs are pieces of them: take words as tokens.',
    };
  }
  if (vectorsCorpus !== null && architecture.embedding === 0) {
    yield {
      path: ['architecture', 'embedding'],
      message: 'Word vectors are rows of an embedding, and there is none: set the embedding to their width.',
    };
  }
}
