/**
 * The architecture of a network: plain data, validated, from which everything else follows (parameters, memory, drawing,
 * export). Pure module: the renderer imports it.
 */
import { z } from 'zod';
import type { Cell } from '../kernels/kernels.ts';

export const tasks = ['language-model'] as const;
export const cellFamilies = ['rnn', 'gru', 'lstm'] as const;

export const architectureSchema = z
  .strictObject({
    task: z.enum(tasks),
    cell: z.enum(cellFamilies),
    /** Non-linearity of the vanilla RNN; other cells ignore it. */
    activation: z.enum(['tanh', 'relu', 'sigmoid']).default('tanh'),
    /** GRU only: reset gate applied after the recurrent product (PyTorch, cuDNN) or before it (Cho et al. 2014, D2L). */
    reset: z.enum(['after', 'before']).default('after'),
    /** Stacked layers L. */
    layers: z.int().min(1).max(16),
    /** Hidden units H of each layer. */
    hidden: z.int().min(1).max(8192),
    /** Embedding width E; 0 feeds one-hot vectors. */
    embedding: z.int().min(0).max(8192),
    /** Probability of dropping a unit after the embedding, between layers and before the output. */
    dropout: z.number().min(0).max(0.95),
    /** The output layer shares the embedding's weights (Press & Wolf 2017); needs E = H. */
    tie: z.boolean(),
  })
  .superRefine((a, context) => {
    if (a.tie && a.embedding !== a.hidden) {
      context.addIssue({
        code: 'custom',
        path: ['tie'],
        message: `Tying uses one matrix for input and output, so the embedding must be as wide as the hidden state: embedding is ${a.embedding}, hidden is ${a.hidden}. Set both to the same number, or switch tying off.`,
      });
    }
  });

export type Architecture = z.output<typeof architectureSchema>;

/** The cell that the kernels compute for an architecture. */
export function cellOf(a: Pick<Architecture, 'cell' | 'activation' | 'reset'>): Cell {
  if (a.cell === 'rnn') return `rnn_${a.activation}`;
  if (a.cell === 'gru') return a.reset === 'before' ? 'gru_before' : 'gru';
  return 'lstm';
}
