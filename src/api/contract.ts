/**
 * The contract between the renderer and main: every call, its input, its output, its errors. The router of main implements
 * it, clients derive from it, hosts carry it (MessagePort, WebSocket, function call). Nothing else crosses.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { dataSchema } from '../engine/data/config.ts';
import { runConfigSchema } from '../engine/training/config.ts';
import {
  appInfoSchema,
  changeSchema,
  corpusSchema,
  exportedSchema,
  generateEventSchema,
  generateOptionsSchema,
  importEventSchema,
  importSourceSchema,
  inspectionSchema,
  modelInputSchema,
  planRequestSchema,
  planSchema,
  predictionInputSchema,
  predictionSchema,
  previewSchema,
  runDetailSchema,
  runSchema,
  speedTestEventSchema,
} from './types.ts';

import { curvesRequestSchema } from './curves.ts';
import { exportRequestSchema, scriptKinds, scriptSchema } from './export.ts';
import { curvesImportSchema, foundCurvesSchema } from './import-curves.ts';
import { foundModelSchema, modelImportRequestSchema, modelLookRequestSchema } from './import-model.ts';
import { sharedSourceSchema } from './share.ts';
import { lookEventSchema, lookRequestSchema } from './inside.ts';
import { savedViewSchema } from './views.ts';

export type { ImportSource } from './types.ts';

/** Errors a person can act on carry their sentence in `message`; anything else reaches the renderer as an internal error. */
const base = oc.errors({
  BAD_INPUT: { message: 'The request is not valid.' },
  NOT_FOUND: { message: 'It no longer exists.' },
  CONFLICT: { message: 'It cannot be done in this state.' },
});

const id = z.object({ id: z.string().min(1) });
const ids = z.object({ ids: z.array(z.string().min(1)).min(1) });

const importRequestSchema = z.object({
  source: importSourceSchema,
  encoding: z.string().nullable(),
  /** Files of an archive are named by class, one example a line, and become a table. */
  classes: z.boolean().default(false),
});

export const contract = {
  app: {
    info: base.output(appInfoSchema),
    /** Writes a file where the person chose to, in hosts with a native dialog. @param path absolute */
    save: base.input(z.object({ path: z.string().min(1), content: z.instanceof(Blob) })).output(z.void()),
    /** Everything that changes from now on. Subscribe first, then load. */
    watch: base.output(eventIterator(changeSchema)),
  },
  devices: {
    /** Times training steps for about five seconds and keeps what it found. Leaving the stream stops it. */
    measure: base.input(z.object({ device: z.string().min(1) })).output(eventIterator(speedTestEventSchema)),
  },
  corpora: {
    list: base.output(z.array(corpusSchema)),
    /** Decodes as it would be imported, without importing: the first characters, and the encoding it found or was told. */
    preview: base.input(importRequestSchema).output(previewSchema),
    /** Leaving the stream cancels the import and keeps nothing. */
    import: base
      .input(importRequestSchema.extend({ name: z.string().nullable() }))
      .output(eventIterator(importEventSchema)),
    /** A slice of the stored text, for reading. */
    text: base
      .input(id.extend({ offset: z.int().min(0), length: z.int().min(1).max(1_000_000) }))
      .output(z.object({ text: z.string(), offset: z.number(), total: z.number() })), // bytes of UTF-8, cut at whole characters
    /**
     * Reads a corpus from end to end as data: rows, problems by line, labels. `data` null reads it as it looks; `target` is the corpus
     * of the targets of line-aligned pairs.
     */
    inspect: base
      .input(id.extend({ target: z.string().min(1).nullable(), data: dataSchema.nullable() }))
      .output(inspectionSchema),
    rename: base.input(id.extend({ name: z.string().trim().min(1).max(300) })).output(corpusSchema),
    remove: base.input(ids).output(z.object({ undo: z.array(z.string()) })),
    restore: base.input(ids).output(z.void()),
  },
  runs: {
    list: base.output(z.array(runSchema)),
    get: base.input(id).output(runDetailSchema),
    /** Checks everything, then queues it. Splits too small for one batch are refused with the numbers. */
    create: base
      .input(
        z.object({
          config: runConfigSchema,
          name: z.string().max(300).nullable(),
          tags: z.array(z.string().max(60)).default([]),
        }),
      )
      .output(runSchema),
    pause: base.input(id).output(z.void()),
    /** Goes on: after a pause at once, otherwise from the last checkpoint, on another device if one is named. */
    resume: base.input(id.extend({ device: z.string().min(1).nullable().default(null) })).output(z.void()),
    stop: base.input(id).output(z.void()),
    update: base
      .input(
        id.extend({
          name: z.string().trim().min(1).max(300).optional(),
          notes: z.string().max(100_000).optional(),
          tags: z.array(z.string().trim().min(1).max(60)).max(100).optional(),
        }),
      )
      .output(runSchema),
    archive: base.input(ids.extend({ archived: z.boolean() })).output(z.void()),
    /** Can be undone with `restore` until the app is next started. */
    remove: base.input(ids).output(z.void()),
    restore: base.input(ids).output(z.void()),
    /**
     * What a configuration means before it runs, at once; `secondsPerStep` is null the first time and measured meanwhile. Asking
     * again for the same waits for it; null then says that it cannot be measured now (something trains).
     */
    plan: base.input(planRequestSchema).output(planSchema),
    /** Streams text as it is generated; leaving stops it. */
    generate: base.input(id.extend({ options: generateOptionsSchema })).output(eventIterator(generateEventSchema)),
    /** What the best checkpoint answers. Not for language models, which generate. */
    predict: base.input(id.extend({ input: predictionInputSchema })).output(predictionSchema),
    /** What it can be asked. */
    modelInput: base.input(id).output(modelInputSchema),
    /** Writes what the request says to its `path`, or (null) makes it ready for download and says under which ticket. */
    export: base.input(exportRequestSchema).output(exportedSchema),
    /** The run as something that makes it again: a command, or a program of another library. */
    script: base.input(id.extend({ as: z.enum(scriptKinds) })).output(scriptSchema),
  },
  share: {
    /** The whole run as one `.unroll` file, written to `path`, or (null) made ready for download. Not while it trains. */
    write: base.input(id.extend({ path: z.string().nullable() })).output(exportedSchema),
    /** Takes in a run from such a file, whole or not at all; one that was taken in before is found again. */
    open: base.input(z.object({ source: sharedSourceSchema })).output(runSchema),
  },
  importCurves: {
    /** What curves a file holds, without taking them in. */
    look: base.input(z.object({ source: sharedSourceSchema })).output(foundCurvesSchema),
    /** Takes them in as finished runs without a model, to be compared; the same curves again are the same runs. */
    take: base.input(curvesImportSchema).output(z.array(runSchema)),
  },
  importModel: {
    /** What a model file of another program holds, and what it does not say. */
    look: base.input(modelLookRequestSchema).output(foundModelSchema),
    /** Takes it in as a finished run of one checkpoint; a whole checkpoint of Unroll as one that can be resumed. */
    take: base.input(modelImportRequestSchema).output(runSchema),
  },
  compare: {
    /** Parts of runs' curves, packed as src/api/curves.ts says. Runs that no longer exist are left out. */
    curves: base.input(curvesRequestSchema).output(z.instanceof(Blob)),
    /** Saved comparisons, oldest first. */
    views: base.output(z.array(savedViewSchema)),
    /** Saves a view, or replaces the one of its id. */
    saveView: base.input(savedViewSchema).output(z.void()),
    removeView: base.input(id).output(z.void()),
  },
  inside: {
    /** What was looked at while it trained, by step, each packed (api/inside.ts). Changes of type live-look go on from there. */
    live: base.input(id).output(z.array(z.string())),
    /** One picture of a checkpoint. Leaving the stream stops the work. */
    look: base.input(lookRequestSchema).output(eventIterator(lookEventSchema)),
  },
};

export type Contract = typeof contract;
