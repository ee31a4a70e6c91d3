/** A run shared as one file: what is asked to be opened, and what a run knows of where it came from. */
import { z } from 'zod';
import { curveFormats, recordedThings } from '../engine/import-curves/formats.ts';

/** The ending of such files, with its dot. */
export const shareExtension = '.unroll';

/** A file that main can read, or a finished upload (serve). */
export const sharedSourceSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('path'), path: z.string().min(1) }),
  z.object({ type: z.literal('upload'), upload: z.string().min(1), name: z.string().min(1) }),
]);
export type SharedSource = z.output<typeof sharedSourceSchema>;

/** Of a run that was not trained here. */
export const importedSchema = z.object({
  at: z.number(), // ms since 1970
  /** SHA-256 of the file's manifest: the same file opened twice is one run. Of a model, of the file. */
  digest: z.string(),
  /** A model that another program trained, or an exported one: its file's name. null: a shared run. */
  file: z.string().nullable().default(null),
  /** Curves alone, without a model or settings, from that file: what wrote it, and what was recorded beside losses. null: a model. */
  curves: z
    .object({ format: z.enum(curveFormats), recorded: z.array(z.enum(recordedThings)) })
    .nullable()
    .default(null),
});
export type Imported = z.output<typeof importedSchema>;
