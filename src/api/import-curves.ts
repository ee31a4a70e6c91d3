/** Curves that another program recorded: what is found in a file, what it means, and the runs that it becomes. */
import { z } from 'zod';
import { curveMappingSchema } from '../engine/import-curves/roles.ts';
import { curveFormats } from '../engine/import-curves/formats.ts';
import { sharedSourceSchema } from './share.ts';

export {
  curveRoles,
  lossKinds,
  type CurveMapping,
  type CurveRole,
  type LossKind,
} from '../engine/import-curves/roles.ts';
export type { CurveFormat } from '../engine/import-curves/formats.ts';

/** Is a file named as TensorBoard names its event files? Tables can be texts as well, and are asked for by name. */
export function isEventFile(name: string): boolean {
  return name.includes('.tfevents.');
}

export const foundCurvesSchema = z.object({
  /** Of the file. */
  name: z.string(),
  format: z.enum(curveFormats),
  /** As the file names them; null: it does not. */
  runs: z.array(z.string().nullable()),
  /** Of all runs together. */
  series: z.array(
    z.object({
      name: z.string(),
      points: z.number(),
      firstStep: z.number(),
      lastStep: z.number(),
      lowest: z.number(),
      last: z.number(),
    }),
  ),
  /** What the names of the series say. */
  mapping: curveMappingSchema,
  /** What of the file was passed over. */
  notes: z.array(z.string()),
});
export type FoundCurves = z.output<typeof foundCurvesSchema>;

export const curvesImportSchema = z.object({
  source: sharedSourceSchema,
  /** null: what the names of the series say. */
  mapping: curveMappingSchema.nullable(),
  /** null: the file's; of several runs it stands before theirs. */
  name: z.string().trim().min(1).max(300).nullable(),
});
export type CurvesImport = z.input<typeof curvesImportSchema>;
