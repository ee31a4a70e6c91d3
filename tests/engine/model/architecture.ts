import { architectureSchema, type Architecture } from '../../../src/engine/model/spec.ts';

/** A small, odd-sized language model. */
export function architecture(changes: Partial<Architecture> = {}): Architecture {
  return architectureSchema.parse({
    task: 'language-model',
    cell: 'lstm',
    layers: 2,
    hidden: 3,
    embedding: 5,
    dropout: 0,
    tie: false,
    ...changes,
  });
}
