/** Taking in models that other programs trained: where they are, what a person adds, what is found. */
import { z } from 'zod';
import { answersSchema, vocabularyWays, type ModelSummary } from '../engine/import-model/answers.ts';
import { sharedSourceSchema } from './share.ts';

export { vocabularyWays, type ImportAnswers, type VocabularyWay } from '../engine/import-model/answers.ts';

/** Endings of such files, with their dots. A `.zip` is one that Unroll exported. */
export const modelExtensions = ['.pt', '.pth', '.safetensors', '.keras', '.h5', '.hdf5'] as const;

/** The vocabulary of a model: a file of its own, learnt from a corpus in a program's way, or Python's `string.printable`. */
export const vocabularySourceSchema = z.discriminatedUnion('from', [
  z.object({ from: z.literal('file'), source: sharedSourceSchema }),
  z.object({ from: z.literal('corpus'), corpus: z.string().min(1), way: z.enum(vocabularyWays) }),
  z.object({ from: z.literal('printable') }),
]);
export type VocabularySource = z.output<typeof vocabularySourceSchema>;

export const modelLookRequestSchema = z.object({
  source: sharedSourceSchema,
  /** null: the one in the file or beside it. */
  vocabulary: vocabularySourceSchema.nullable().default(null),
});
export type ModelLookRequest = z.input<typeof modelLookRequestSchema>;

export const modelImportRequestSchema = modelLookRequestSchema.extend({
  answers: answersSchema,
  /** null: the file's. */
  name: z.string().trim().min(1).max(300).nullable().default(null),
});
export type ModelImportRequest = z.input<typeof modelImportRequestSchema>;

/** What a model file holds, and what is to be asked. */
export interface FoundModel extends ModelSummary {
  /** Of the file. */
  readonly fileName: string;
  /** A vocabulary that lies beside it and fits. */
  readonly vocabularyBeside: string | null;
}

export const foundModelSchema = z.custom<FoundModel>(
  (value) => typeof value === 'object' && value !== null && 'fileName' in value,
);
