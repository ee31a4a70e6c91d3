/** A comparison as it can be saved: which runs, and how they are shown. Names of settings and measures are those of the Compare screen. */
import { z } from 'zod';
import { curveXs } from './curves.ts';

const name = z.string().max(100);
const names = z.array(name).max(40);

export const viewStateSchema = z.object({
  runs: z.array(z.string().min(1)).max(2000),
  /** The run that others are held against. */
  baseline: z.string().nullable(),
  filter: z.string().max(1000),
  shows: z.enum(['curves', 'parallel', 'scatter']),
  /** What the charts show, the large one first; null: what suits the runs. */
  charts: z.array(name.nullable()).min(1).max(24),
  x: z.enum(curveXs),
  logX: z.boolean(),
  logY: z.boolean(),
  smoothing: z.number().min(0).lt(1),
  clip: z.boolean(),
  train: z.boolean(),
  group: name.nullable(),
  band: z.enum(['range', 'deviation']),
  color: name.nullable(),
  dash: name.nullable(),
  allSettings: z.boolean(),
  /** Axes of the parallel coordinates; none: what differs. */
  axes: names,
  scatter: z.object({ x: name.nullable(), y: name.nullable() }),
});
export type ViewState = z.output<typeof viewStateSchema>;

export const savedViewSchema = z.object({
  id: z.string().min(1).max(100),
  name: z.string().trim().min(1).max(300),
  createdAt: z.number(), // ms since 1970
  state: viewStateSchema,
});
export type SavedView = z.output<typeof savedViewSchema>;
