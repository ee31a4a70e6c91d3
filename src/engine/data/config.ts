/**
 * How a run reads its corpus: as running text, or as a data file whose rows, sentences or lines are examples. Plain data, validated,
 * part of the run's configuration. Pure module: the renderer imports it.
 */
import { z } from 'zod';

/** A column: its name in the header, or its number, counted from 1. */
export const columnSchema = z.union([z.string().min(1).max(1000), z.int().min(1).max(100_000)]);
export type Column = z.output<typeof columnSchema>;

/** Bad rows are left out; otherwise training refuses data that have any. */
const skipBadRows = z.boolean().default(false);

/** Cross-validation: fold number `index` (from 1) of `count` is the test part, whatever the split says of it. */
const folds = z
  .strictObject({ count: z.int().min(2).max(100), index: z.int().min(1) })
  .refine(({ count, index }) => index <= count, {
    message: 'There is no such fold: the last one has the number of folds.',
  })
  .nullable()
  .default(null);

/** Most tokens of an example; see each kind for what becomes of longer ones. null: no limit. */
const maxLength = z.int().min(1).max(65_536).nullable().default(null);

const scaling = z.enum(['standard', 'minmax', 'none']);
export type Scaling = z.output<typeof scaling>;

/** Rows of cells. */
const delimited = {
  /** Which delimiter separates cells: comma or tab, unless `delimiter` is another. */
  format: z.enum(['csv', 'tsv']).default('csv'),
  delimiter: z
    .string()
    .length(1)
    .refine((character) => !/["\r\n]/.test(character), { message: 'A quote or a line end cannot separate cells.' })
    .nullable()
    .default(null),
  /** The first row names the columns. */
  header: z.boolean().default(true),
  /** Cells may stand in quotes (RFC 4180). null: in CSV they may, in TSV a quote is a character like others. */
  quoting: z.boolean().nullable().default(null),
};

/** Running text, for language models. */
const textSchema = z.strictObject({ kind: z.literal('text') });

/** Sentences, a token a line, a blank line between sentences. Longer sentences than `maxLength` are left out. */
const taggedSchema = z.strictObject({
  kind: z.literal('tagged'),
  /** conllu: as universaldependencies.org/format.html says; columns: lines of cells, as CoNLL-2000 and 2003. */
  format: z.enum(['conllu', 'columns']).default('columns'),
  /** What separates the cells of a line. CoNLL-U has tabs. */
  separator: z.enum(['tab', 'space']).default('tab'),
  tokenColumn: z.int().min(1).max(1000).default(1),
  tagColumn: z.int().min(1).max(1000).default(2),
  /** Separates several labels of one token; `_` then stands for none. null: every token has one tag. */
  tagSeparator: z.string().length(1).nullable().default(null),
  maxLength,
  folds,
  skipBadRows,
});

/**
 * What a label is: one of several classes, a number, yes or no, or any number of labels. Binary: `positive` is the label that means
 * yes, all others mean no; null understands yes/no, true/false, 1/0, positive/negative and their beginnings.
 */
const labelSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('class') }),
  z.strictObject({ is: z.literal('number'), scaling: scaling.default('standard') }),
  z.strictObject({ is: z.literal('binary'), positive: z.string().min(1).nullable().default(null) }),
  z.strictObject({ is: z.literal('labels'), separator: z.string().length(1).default(';') }),
]);
export type LabelConfig = z.output<typeof labelSchema>;

/** Rows with a text and a label. Of longer texts than `maxLength` the beginning is read. */
const tableSchema = z.strictObject({
  kind: z.literal('table'),
  ...delimited,
  format: z.enum(['csv', 'tsv', 'jsonl']).default('csv'),
  textColumn: columnSchema.default('text'),
  labelColumn: columnSchema.default('label'),
  label: labelSchema.default({ is: 'class' }),
  maxLength,
  folds,
  skipBadRows,
});

/** A source and a target text: two columns, or the lines of two corpora. Pairs longer than `maxLength` on either side are left out. */
const pairsSchema = z.strictObject({
  kind: z.literal('pairs'),
  ...delimited,
  format: z.enum(['csv', 'tsv']).default('tsv'),
  header: z.boolean().default(false),
  sourceColumn: columnSchema.default(1),
  targetColumn: columnSchema.default(2),
  /** The corpus whose lines are the targets of the run's corpus' lines; null: both are columns of one file. */
  targetCorpus: z.string().min(1).nullable().default(null),
  /** The same for the run's corpora for validation and test, where it has them. */
  validTargetCorpus: z.string().min(1).nullable().default(null),
  testTargetCorpus: z.string().min(1).nullable().default(null),
  maxLength,
  folds,
  skipBadRows,
});

/** Columns of numbers: a time series, or independent examples for a standard network. */
const numericSchema = z.strictObject({
  kind: z.literal('numeric'),
  ...delimited,
  /** series: rows follow each other in time; rows: each is an example of its own. */
  layout: z.enum(['series', 'rows']).default('series'),
  inputs: z.array(columnSchema).min(1).max(10_000),
  /** What is forecast or predicted. null: the inputs themselves, which is for series only. */
  targets: z.array(columnSchema).min(1).max(10_000).nullable().default(null),
  /** rows: whether the target is a number or a class. */
  targetIs: z.enum(['number', 'class']).default('number'),
  /** series: steps that a forecast is made from. */
  window: z.int().min(1).max(65_536).default(20),
  /** Learned on the training part only. */
  scaling: scaling.default('standard'),
  decimal: z.enum(['.', ',']).default('.'),
  folds,
  skipBadRows,
});

export const dataSchema = z.discriminatedUnion('kind', [
  textSchema,
  taggedSchema,
  tableSchema,
  pairsSchema,
  numericSchema,
]);
export type DataConfig = z.output<typeof dataSchema>;
export type TaggedConfig = z.output<typeof taggedSchema>;
export type TableConfig = z.output<typeof tableSchema>;
export type PairsConfig = z.output<typeof pairsSchema>;
export type NumericConfig = z.output<typeof numericSchema>;
/** All but running text. */
export type ExampleData = Exclude<DataConfig, { readonly kind: 'text' }>;

/** How a language model's corpus is read, and that of every run from before there was a choice. */
export const defaultData: DataConfig = { kind: 'text' };
