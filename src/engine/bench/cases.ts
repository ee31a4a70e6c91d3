/** The cases of the speed comparison: what bench/grid.json lists, validated, and how much arithmetic each step is. */
import { z } from 'zod';

const size = z.int().min(1);
const sizes = {
  id: z.string().min(1),
  cell: z.enum(['rnn', 'gru', 'lstm']),
  V: size,
  E: size,
  H: size,
  L: size,
};

/** A training step on B sequences of T steps; with `tags` a bidirectional tagger instead of a language model. */
export const trainingCaseSchema = z.object({
  ...sizes,
  B: size,
  T: size,
  bidirectional: z.boolean().default(false),
  tags: size.optional(),
});
export type TrainingCase = z.output<typeof trainingCaseSchema>;

/** Generating `tokens` tokens, one sequence. */
export const generationCaseSchema = z.object({ ...sizes, tokens: size });
export type GenerationCase = z.output<typeof generationCaseSchema>;

export type BenchCase = TrainingCase | GenerationCase;

export const gridSchema = z.object({
  cases: z.array(trainingCaseSchema),
  generation: z.array(generationCaseSchema).default([]),
});
export type Grid = z.output<typeof gridSchema>;

/** The grid this program carries; the same as the comparison with PyTorch uses. */
export const builtInGrid: Grid = gridSchema.parse({
  cases: [
    { id: 'rnn-h128', cell: 'rnn', V: 65, E: 64, H: 128, L: 1, B: 32, T: 64 },
    { id: 'gru-h128', cell: 'gru', V: 65, E: 64, H: 128, L: 1, B: 32, T: 64 },
    { id: 'lstm-h128', cell: 'lstm', V: 65, E: 64, H: 128, L: 1, B: 32, T: 64 },
    { id: 'lstm-h256x2', cell: 'lstm', V: 65, E: 128, H: 256, L: 2, B: 32, T: 64 },
    { id: 'gru-h256x2', cell: 'gru', V: 65, E: 128, H: 256, L: 2, B: 32, T: 64 },
    { id: 'gru-h512x2', cell: 'gru', V: 65, E: 256, H: 512, L: 2, B: 64, T: 100 },
    { id: 'lstm-h512x3', cell: 'lstm', V: 65, E: 512, H: 512, L: 3, B: 64, T: 64 },
    { id: 'ptb-small', cell: 'lstm', V: 10000, E: 200, H: 200, L: 2, B: 20, T: 35 },
    { id: 'ptb-medium', cell: 'lstm', V: 10000, E: 650, H: 650, L: 2, B: 20, T: 35 },
    {
      id: 'bilstm-tagger',
      cell: 'lstm',
      V: 20000,
      E: 100,
      H: 256,
      L: 2,
      B: 32,
      T: 40,
      bidirectional: true,
      tags: 17,
    },
  ],
  generation: [{ id: 'gen-lstm-h512x2', cell: 'lstm', V: 65, E: 64, H: 512, L: 2, tokens: 2000 }],
});

export function isGeneration(case_: BenchCase): case_ is GenerationCase {
  return 'tokens' in case_;
}

const GATES = { rnn: 1, gru: 3, lstm: 4 } as const;

/** Floating-point operations of one training step's matrix products: multiply-adds × 2, for forward, dX and dW. */
export function trainingFlops({ cell, V, E, H, L, B, T, bidirectional, tags }: TrainingCase): number {
  const D = bidirectional ? 2 : 1;
  const G = GATES[cell];
  const recurrent = G * H * (E + H) + (L - 1) * G * H * (D * H + H);
  return 3 * 2 * B * T * (D * recurrent + D * H * (tags ?? V));
}

/**
 * Those of them that a device with a token table really does: where a token comes at least twice on average, the first layer's
 * products with the embeddings are made once for each of the V tokens, not for each of the T·B places.
 */
export function computedFlops(case_: TrainingCase): number {
  const { cell, V, E, H, B, T, bidirectional } = case_;
  const spared = 2 * V <= T * B ? T * B - V : 0;
  return trainingFlops(case_) - 3 * 2 * spared * (bidirectional ? 2 : 1) * GATES[cell] * H * E;
}
