/** What a model file does not say and a person is asked, and what it said. Plain data. Pure module: the renderer imports it. */
import { z } from 'zod';
import { tasks, type Task } from '../model/spec-fields.ts';

/**
 * How a corpus becomes the vocabulary a model was trained with: words between white space in order of appearance, with <eos> at the
 * end of each line (word_language_model); all characters in order of their code points, or of appearance (char-rnn and its relatives).
 */
export const vocabularyWays = ['words', 'sorted-characters', 'characters'] as const;
export type VocabularyWay = (typeof vocabularyWays)[number];

/** Answers; null takes what the file says, or what is likeliest. */
export const answersSchema = z.strictObject({
  task: z.enum(tasks).nullable().default(null),
  activation: z.enum(['tanh', 'relu', 'sigmoid']).nullable().default(null),
  gateOrder: z.enum(['ifgo', 'ifog']).nullable().default(null),
  /** Names of the classes or tags, by id. */
  labels: z.array(z.string().trim().min(1)).min(1).max(100_000).nullable().default(null),
});
export type ImportAnswers = z.output<typeof answersSchema>;

/** What a file holds, for people. */
export interface ModelSummary {
  /** checkpoint: of this program, with all that training goes on from; export: of this program; network: of another program. */
  readonly kind: 'checkpoint' | 'export' | 'network';
  /** "PyTorch", "Keras", "Unroll". */
  readonly writtenBy: string;
  readonly cell: 'rnn' | 'gru' | 'lstm';
  readonly layers: number;
  readonly hidden: number;
  readonly embedding: number;
  readonly bidirectional: boolean;
  readonly tie: boolean;
  /** Rows of the embedding, or width of a step; width of the output. */
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: number;
  readonly step: number;
  /** What it may be for, likeliest first. */
  readonly tasks: readonly Task[];
  /** What only a person can say, and what is likeliest. */
  readonly asks: {
    readonly activation: boolean;
    readonly gateOrder: boolean;
    readonly vocabulary: boolean;
    readonly labels: boolean;
  };
  /** Of a vocabulary that was found: its first tokens as people read them. */
  readonly firstTokens: readonly string[] | null;
}
