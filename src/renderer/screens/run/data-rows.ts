/** How a run reads its corpus, in rows for reading; under the names that the New run screen has for it. */
import type { Column, DataConfig, LabelConfig } from '../../../engine/data/config.ts';
import { integer } from '../../lib/format.ts';
import { m } from '../../lib/messages.ts';

/** A setting without a value is left out. */
export type SettingRow = readonly [label: string, value: string | null];

const { config: text } = m.run;
const { reading } = m.newRun;

/** @param corpusName names a corpus by its id */
export function dataRows(data: DataConfig, corpusName: (id: string) => string): SettingRow[] {
  switch (data.kind) {
    case 'text':
      return [];
    case 'tagged':
      return [
        [text.readAs, reading.taggedFormats[data.format]],
        [text.separator, data.format === 'conllu' ? null : reading.separators[data.separator]],
        [text.tokenColumn, integer(data.tokenColumn)],
        [text.tagColumn, integer(data.tagColumn)],
        [text.tagSeparator, data.tagSeparator && text.quoted(data.tagSeparator)],
        ...exampleRows(data),
      ];
    case 'table':
      return [
        ...cellRows(data),
        [text.textColumn, column(data.textColumn)],
        [text.labelColumn, column(data.labelColumn)],
        [text.labelIs, labelKind(data.label)],
        ...exampleRows(data),
      ];
    case 'pairs':
      return [
        ...(data.targetCorpus === null ? cellRows(data) : []),
        [text.sourceColumn, data.targetCorpus === null ? column(data.sourceColumn) : null],
        [text.targetColumn, data.targetCorpus === null ? column(data.targetColumn) : null],
        [text.targetCorpus, data.targetCorpus && corpusName(data.targetCorpus)],
        [text.validTargets, data.validTargetCorpus && corpusName(data.validTargetCorpus)],
        [text.testTargets, data.testTargetCorpus && corpusName(data.testTargetCorpus)],
        ...exampleRows(data),
      ];
    case 'numeric':
      return [
        ...cellRows(data),
        [text.decimal, data.decimal === '.' ? null : reading.decimals[data.decimal]],
        [text.inputs, data.inputs.map(column).join(', ')],
        [text.targets, data.targets ? data.targets.map(column).join(', ') : text.targetsAreInputs],
        [text.window, data.layout === 'series' ? integer(data.window) : null],
        [text.scaling, reading.scalings[data.scaling]],
        ...exampleRows({ ...data, maxLength: null }),
      ];
  }
}

function cellRows(data: Extract<DataConfig, { kind: 'table' | 'pairs' | 'numeric' }>): SettingRow[] {
  const format = reading.formats[`${data.format} ${data.delimiter ?? ''}`];
  return [
    [text.readAs, format ?? reading.otherFormat(data.delimiter ?? '')],
    [text.header, data.header || data.format === 'jsonl' ? null : text.no],
    [text.quoting, data.quoting === null ? null : data.quoting ? text.yes : text.no],
  ];
}

function exampleRows(data: {
  readonly maxLength: number | null;
  readonly folds: { readonly count: number; readonly index: number } | null;
  readonly skipBadRows: boolean;
}): SettingRow[] {
  return [
    [text.maxLength, data.maxLength === null ? null : text.tokensAtMost(data.maxLength)],
    [text.folds, data.folds && text.fold(data.folds.index, data.folds.count)],
    [text.badRows, data.skipBadRows ? text.skipped : null],
  ];
}

function labelKind(label: LabelConfig): string {
  switch (label.is) {
    case 'class':
      return text.labelKinds.class;
    case 'number':
      return `${text.labelKinds.number}, ${reading.scalings[label.scaling]}`;
    case 'binary':
      return label.positive === null ? text.labelKinds.binary : text.yesIs(label.positive);
    case 'labels':
      return text.separatedBy(label.separator);
  }
}

function column(name: Column): string {
  return typeof name === 'number' ? reading.number(name) : name;
}
