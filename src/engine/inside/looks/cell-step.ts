/** One time step of a recurrent layer with all its numbers: what is asked, and what is found. Pure module. */
import { z } from 'zod';
import type { LayerName } from './neurons.ts';

export const cellStepLookSchema = z.object({
  picture: z.literal('cell-step'),
  /** Which layer and direction, as the picture of the neurons counts them. */
  layer: z.int().min(0),
});
export type CellStepLook = z.output<typeof cellStepLookSchema>;

/** The last step that a layer computes of a sequence of the run's held-out data, with the gradient that comes back to it there. */
export interface CellStep {
  readonly picture: 'cell-step';
  /** Of the checkpoint. */
  readonly step: number;
  readonly readFrom: 'valid' | 'train';
  readonly layers: readonly LayerName[];
  /** What the layer has read, in its own order, the step that is shown last. */
  readonly pieces: readonly string[];
  /** What the gradient is of: the loss at this step alone, or the mean loss of the whole sequence. */
  readonly lossOf: 'this-step' | 'sequence';
  readonly H: number;
  readonly I: number;
  readonly x: Float64Array; // [I]
  /** States before the step; c of an lstm only. */
  readonly h: Float64Array; // [H]
  readonly c: Float64Array | null; // [H]
  /** The state after it, as the network computed it, and the total derivative of the loss by it. None comes back from later steps. */
  readonly hNext: Float64Array; // [H]
  readonly dh: Float64Array; // [H]
  readonly weightIh: Float32Array | Float64Array; // [G*H,I]
  readonly weightHh: Float32Array | Float64Array; // [G*H,H]
  readonly biasIh: Float32Array | Float64Array; // [G*H]
  /** null where the cell has one bias. */
  readonly biasHh: Float32Array | Float64Array | null; // [G*H]
}
