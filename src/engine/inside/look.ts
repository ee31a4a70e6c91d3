/**
 * What can be looked at inside a trained network: one member for each picture. What a picture asks and finds is declared in
 * `looks/`, how it is computed in the file of its name beside this one. Pure module.
 */
import { z } from 'zod';
import { cellStepLookSchema, type CellStep } from './looks/cell-step.ts';
import { embeddingLookSchema, type Embedding } from './looks/embedding.ts';
import { neuronMatchesLookSchema, neuronsLookSchema, type NeuronMatches, type Neurons } from './looks/neurons.ts';
import { confusionLookSchema, predictionsLookSchema, type Confusion, type Predictions } from './looks/predictions.ts';
import { throughTimeLookSchema, type ThroughTime } from './looks/through-time.ts';
import { weightsLookSchema, type Weights } from './looks/weights.ts';

export const lookSchema = z.discriminatedUnion('picture', [
  throughTimeLookSchema,
  neuronsLookSchema,
  neuronMatchesLookSchema,
  predictionsLookSchema,
  confusionLookSchema,
  weightsLookSchema,
  embeddingLookSchema,
  cellStepLookSchema,
]);

/** What is asked of a checkpoint. */
export type Look = z.output<typeof lookSchema>;

/** What is found: plain data and typed arrays. */
export type Looked = ThroughTime | Neurons | NeuronMatches | Predictions | Confusion | Weights | Embedding | CellStep;

export type LookedAt<L extends Look> = Extract<Looked, { readonly picture: L['picture'] }>;

/** Pictures that are made from the run's own data as well as from its checkpoint. */
const fromData: readonly Look['picture'][] = ['through-time', 'neuron-matches', 'confusion', 'cell-step'];

export function readsData(look: Look): boolean {
  return fromData.includes(look.picture) || ('source' in look && look.source.from === 'data');
}
