/**
 * The fields that say how a corpus is read. One set for all kinds of data: which of them count follows from the task, and the
 * others keep what they hold.
 */
import { dataSchema, type Column, type DataConfig, type Scaling } from '../../../engine/data/config.ts';
import { dataKindOf, labelKindOf } from '../../../engine/data/objections.ts';
import { parseNumber } from '../../lib/number-field.ts';
import type { Purpose } from './task-choices.ts';

export interface DataDraft {
  /** Tagged sentences. */
  taggedFormat: 'conllu' | 'columns';
  separator: 'tab' | 'space';
  tokenColumn: string;
  tagColumn: string;
  tagSeparator: string;
  /** Rows of cells. */
  format: 'csv' | 'tsv' | 'jsonl';
  delimiter: string;
  header: boolean;
  quoting: 'usual' | 'yes' | 'no';
  textColumn: Column;
  labelColumn: Column;
  positive: string;
  labelSeparator: string;
  /** Pairs: in two columns, or line by line in two corpora. */
  pairsIn: 'columns' | 'corpora';
  sourceColumn: Column;
  targetColumn: Column;
  targetCorpus: string;
  validTargetCorpus: string;
  testTargetCorpus: string;
  /** Numbers. */
  inputs: readonly Column[];
  targets: readonly Column[];
  window: string;
  decimal: '.' | ',';
  /** Of numbers, or of a label that is one. */
  scaling: Scaling;
  maxLength: string;
  foldCount: string;
  foldIndex: string;
  skipBadRows: boolean;
}

/** Fields that choose a corpus for the targets, and those whose value is one character. */
export const targetCorpora = ['targetCorpus', 'validTargetCorpus', 'testTargetCorpus'] as const;
export const singleCharacters = ['delimiter', 'tagSeparator', 'labelSeparator'] as const;

const untouched: DataDraft = {
  taggedFormat: 'columns',
  separator: 'tab',
  tokenColumn: '1',
  tagColumn: '2',
  tagSeparator: '',
  format: 'csv',
  delimiter: '',
  header: true,
  quoting: 'usual',
  textColumn: 'text',
  labelColumn: 'label',
  positive: '',
  labelSeparator: ';',
  pairsIn: 'columns',
  sourceColumn: 1,
  targetColumn: 2,
  targetCorpus: '',
  validTargetCorpus: '',
  testTargetCorpus: '',
  inputs: [],
  targets: [],
  window: '20',
  decimal: '.',
  scaling: 'standard',
  maxLength: '',
  foldCount: '',
  foldIndex: '1',
  skipBadRows: false,
};

/** All fields of it, for comparing drafts without them. */
export const dataFields = Object.keys(untouched) as readonly (keyof DataDraft)[];

/** The fields of data read so; what its kind has no field for gets what is usual. */
export function dataDraftOf(data: DataConfig): DataDraft {
  const draft = { ...untouched };
  if (data.kind === 'text') return draft;
  const { folds, skipBadRows } = data;
  Object.assign(draft, { skipBadRows, foldCount: String(folds?.count ?? ''), foldIndex: String(folds?.index ?? 1) });
  if (data.kind !== 'numeric') draft.maxLength = String(data.maxLength ?? '');
  if (data.kind === 'tagged') {
    return {
      ...draft,
      taggedFormat: data.format,
      separator: data.separator,
      tokenColumn: String(data.tokenColumn),
      tagColumn: String(data.tagColumn),
      tagSeparator: data.tagSeparator ?? '',
    };
  }
  const { format, header } = data;
  const quoting = data.quoting === null ? 'usual' : data.quoting ? 'yes' : 'no';
  const cells = { ...draft, format, header, quoting, delimiter: data.delimiter ?? '' } as const;
  switch (data.kind) {
    case 'table': {
      const { textColumn, labelColumn, label } = data;
      const table = { ...cells, textColumn, labelColumn };
      if (label.is === 'number') return { ...table, scaling: label.scaling };
      if (label.is === 'binary') return { ...table, positive: label.positive ?? '' };
      return label.is === 'labels' ? { ...table, labelSeparator: label.separator } : table;
    }
    case 'pairs':
      return {
        ...cells,
        sourceColumn: data.sourceColumn,
        targetColumn: data.targetColumn,
        pairsIn: data.targetCorpus === null ? 'columns' : 'corpora',
        targetCorpus: data.targetCorpus ?? '',
        validTargetCorpus: data.validTargetCorpus ?? '',
        testTargetCorpus: data.testTargetCorpus ?? '',
      };
    case 'numeric':
      return {
        ...cells,
        inputs: data.inputs,
        targets: data.targets ?? [],
        window: String(data.window),
        decimal: data.decimal,
        scaling: data.scaling,
      };
  }
}

/** The part of a configuration that the fields are, not checked. */
export function rawData(d: DataDraft, { task, multilabel, predicts }: Purpose): Record<string, unknown> {
  const n = parseNumber;
  const kind = dataKindOf[task];
  if (kind === 'text') return { kind };
  const folds =
    d.foldCount.trim() === '' || task === 'forecasting' ? null : { count: n(d.foldCount), index: n(d.foldIndex) };
  const examples = { kind, folds, skipBadRows: d.skipBadRows };
  const quoting = d.quoting === 'usual' ? null : d.quoting === 'yes';
  const cells = { ...examples, delimiter: d.delimiter || null, header: d.header, quoting };
  const maxLength = n(d.maxLength);
  switch (kind) {
    case 'tagged':
      return {
        ...examples,
        maxLength,
        format: d.taggedFormat,
        separator: d.separator,
        tokenColumn: n(d.tokenColumn),
        tagColumn: n(d.tagColumn),
        tagSeparator: multilabel ? d.tagSeparator || null : null,
      };
    case 'table': {
      const is = labelKindOf[task];
      const more = {
        class: {},
        number: { scaling: d.scaling },
        binary: { positive: d.positive || null },
        labels: { separator: d.labelSeparator },
      }[is ?? 'class'];
      const { format, textColumn, labelColumn } = d;
      return { ...cells, maxLength, format, textColumn, labelColumn, label: { is, ...more } };
    }
    case 'pairs': {
      const aligned = d.pairsIn === 'corpora';
      return {
        ...cells,
        maxLength,
        format: withoutJson(d),
        sourceColumn: d.sourceColumn,
        targetColumn: d.targetColumn,
        targetCorpus: aligned ? d.targetCorpus : null,
        validTargetCorpus: aligned ? d.validTargetCorpus || null : null,
        testTargetCorpus: aligned ? d.testTargetCorpus || null : null,
      };
    }
    case 'numeric':
      return {
        ...cells,
        format: withoutJson(d),
        layout: task === 'forecasting' ? 'series' : 'rows',
        inputs: d.inputs,
        targets: d.targets.length > 0 ? d.targets : null,
        targetIs: task === 'standard' && predicts === 'class' ? 'class' : 'number',
        window: n(d.window),
        scaling: d.scaling,
        decimal: d.decimal,
      };
  }
}

/** JSON lines are for tables only. */
function withoutJson({ format }: DataDraft): 'csv' | 'tsv' {
  return format === 'jsonl' ? 'csv' : format;
}

/**
 * How data that look like `suggested` are read for a purpose: as suggested where that fits, else from the same cells.
 * @param columns of the file, by name or number; empty where it has none
 */
export function dataFor(purpose: Purpose, suggested: DataConfig | null, columns: readonly Column[]): DataDraft {
  const kind = dataKindOf[purpose.task];
  const data = suggested ?? dataSchema.parse({ kind: 'text' });
  const draft = dataDraftOf(data);
  if (purpose.multilabel) draft.tagSeparator ||= '|';
  if (data.kind !== kind) {
    const [first, second] = columns;
    const last = columns.at(-1);
    draft.textColumn = draft.sourceColumn = first ?? (kind === 'table' ? 'text' : 1);
    draft.labelColumn = last ?? 'label';
    draft.targetColumn = second ?? 2;
    draft.inputs = columns;
    // Text without columns is one side of two line-aligned files.
    if (kind === 'pairs' && columns.length === 0) draft.pairsIn = 'corpora';
    if (kind === 'pairs' && data.kind === 'text') Object.assign(draft, { format: 'tsv', header: false });
  }
  // A class is no number: another column has to be the value.
  const isClass = data.kind === 'numeric' && data.targetIs === 'class';
  if (purpose.task === 'standard' && purpose.predicts === 'value' && isClass) draft.targets = [];
  if (purpose.task === 'standard' && draft.targets.length === 0 && draft.inputs.length > 1) {
    draft.targets = draft.inputs.slice(-1);
    draft.inputs = draft.inputs.slice(0, -1);
  }
  if (purpose.task === 'forecasting' && data.kind === 'numeric' && data.layout === 'rows') draft.targets = [];
  return draft;
}
