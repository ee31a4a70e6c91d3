/** How a data file is read: as it looks, corrected by the flags of `train`. */
import type { Column, DataConfig } from '../../../engine/data/config.ts';
import type { Architecture, Task } from '../../../engine/model/spec.ts';
import { UsageError } from './errors.ts';
import { flagName } from './explain.ts';
import type { FlagName, TrainFlags } from './train-flags.ts';

/** What a look at the file found; its configuration and the names (or numbers) of its columns. */
export interface Look {
  readonly suggested: DataConfig;
  readonly columns: readonly string[];
  /** The first rows, read so. */
  readonly preview: readonly (readonly string[])[];
}

/** The corpora of line-aligned targets, for those parts that have one. */
export interface TargetCorpora {
  readonly main: string | null;
  readonly valid: string | null;
  readonly test: string | null;
}

type Kind = DataConfig['kind'];
type Delimited = Extract<DataConfig, { kind: 'table' | 'pairs' | 'numeric' }>;

/**
 * For `dataSchema`, which has the last word.
 * @param look null before there is one: then columns that must be found out are made up
 * @throws UsageError naming the flag that says what cannot be found out
 */
export function dataOf(flags: TrainFlags, look: Look | null, targets: TargetCorpora): object {
  switch (flags.task) {
    case 'language-model':
      return { kind: 'text' };
    case 'tagging':
      return tagged(flags, look);
    case 'translation':
      return pairs(flags, look, targets);
    case 'forecasting':
    case 'standard':
      return numbers(flags, look);
    default:
      return table(flags, look);
  }
}

/** Whether a standard network predicts a class or a value: as asked, else as the target column looks. */
export function predictsOf(flags: TrainFlags, look: Look | null): Architecture['predicts'] {
  if (flags.predicts) return flags.predicts;
  const suggested = look?.suggested;
  if (suggested?.kind !== 'numeric' || !flags.targetColumns) return 'class';
  const columns = numbered(suggested.inputs, look!.columns);
  return numbered(flags.targetColumns, look!.columns).every((column) => columns.includes(column)) ? 'value' : 'class';
}

/** Texts that a network would read. */
export function textsOf(look: Look | null): string[] {
  const reads = look?.suggested.kind === 'table' || look?.suggested.kind === 'pairs';
  return reads ? look.preview.map(([text]) => text!) : [];
}

function suggestion<K extends Kind>(look: Look | null, kind: K): Extract<DataConfig, { kind: K }> | null {
  return look?.suggested.kind === kind ? (look.suggested as Extract<DataConfig, { kind: K }>) : null;
}

/** What every data file has. Left out where no flag says anything. */
function common(flags: TrainFlags) {
  const { folds, fold, maxLength, skipBadRows } = flags;
  return {
    ...(folds !== undefined && { folds: { count: folds, index: fold } }),
    ...(skipBadRows && { skipBadRows }),
    ...(maxLength !== undefined && { maxLength }),
  };
}

function requireFormat(flags: TrainFlags, known: readonly string[]): void {
  if (flags.format === undefined || known.includes(flags.format)) return;
  throw new UsageError(`--format ${flags.format}: ${flags.task} reads ${known.join(' or ')}.`);
}

function tagged(flags: TrainFlags, look: Look | null): object {
  requireFormat(flags, ['conllu', 'columns']);
  const suggested = suggestion(look, 'tagged');
  const format = flags.format ?? suggested?.format;
  const columns = format === 'conllu' ? { tokenColumn: 2, tagColumn: 4 } : {};
  const { delimiter, tokenColumn, tagColumn, tagSeparator } = flags;
  if (delimiter !== undefined && delimiter !== '\t' && delimiter !== ' ') {
    throw new UsageError(`--delimiter ${delimiter}: the cells of tagged tokens are separated by tab or space.`);
  }
  return {
    ...(suggested && suggested.format === format ? suggested : { kind: 'tagged', ...columns }),
    ...(format && { format }),
    ...(delimiter && { separator: delimiter === '\t' ? 'tab' : 'space' }),
    ...(tokenColumn !== undefined && { tokenColumn }),
    ...(tagColumn !== undefined && { tagColumn }),
    ...(tagSeparator !== undefined && { tagSeparator }),
    ...common(flags),
  };
}

/** Cells and header: as in the suggestion, whatever else that takes the file for, where flags do not say. */
function delimited(flags: TrainFlags, look: Look | null): object {
  const suggested = look && isDelimited(look.suggested) ? look.suggested : null;
  const format = flags.format ?? suggested?.format;
  const same = suggested?.format === format;
  const header = flags.header ?? suggested?.header;
  const delimiter = flags.delimiter ?? (same ? suggested?.delimiter : undefined);
  if (format === 'jsonl' && flags.delimiter !== undefined) {
    throw new UsageError('--delimiter separates cells, and JSON lines have none: leave it out.');
  }
  return {
    ...(format && { format }),
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter }),
    ...(same && suggested && { quoting: suggested.quoting }),
    ...(flags.quoting !== undefined && { quoting: flags.quoting }),
  };
}

function isDelimited(data: DataConfig): data is Delimited {
  return data.kind === 'table' || data.kind === 'pairs' || data.kind === 'numeric';
}

function table(flags: TrainFlags, look: Look | null): object {
  requireFormat(flags, ['csv', 'tsv', 'jsonl']);
  const suggested = suggestion(look, 'table');
  const choose = (flag: 'textColumn' | 'labelColumn', name: string, place: number) =>
    chosen(flags, look, flags[flag] ?? suggested?.[flag] ?? likely(flag, look, name, place));
  return {
    kind: 'table',
    ...delimited(flags, look),
    textColumn: choose('textColumn', 'text', 0),
    labelColumn: choose('labelColumn', 'label', 1),
    label: label(flags, suggested?.label),
    ...common(flags),
  };
}

const labelIs: Partial<Record<Task, string>> = { regression: 'number', binary: 'binary', multilabel: 'labels' };

function label(flags: TrainFlags, suggested: { readonly is: string } | undefined): object {
  const is = labelIs[flags.task] ?? 'class';
  return {
    ...(suggested?.is === is ? suggested : { is }),
    ...(is === 'number' && flags.scaling && { scaling: flags.scaling }),
    ...(is === 'binary' && flags.positive !== undefined && { positive: flags.positive }),
    ...(is === 'labels' && flags.labelSeparator !== undefined && { separator: flags.labelSeparator }),
  };
}

/** A column that no flag names, in a file that does not look like what it is to be read as. */
function likely(flag: FlagName, look: Look | null, name: string, place: number): Column {
  const columns = look?.columns ?? [];
  // Without columns to choose from, reading the file will say what is missing.
  if (columns.length === 0 || columns.includes(name)) return name;
  if (columns.length === 2) return place + 1;
  throw new UsageError(`Which column is the ${name} cannot be told: give ${flagName(flag)}. ${theColumns(columns)}`);
}

function pairs(flags: TrainFlags, look: Look | null, targets: TargetCorpora): object {
  requireFormat(flags, ['csv', 'tsv']);
  const aligned = flags.targetFile !== undefined;
  const suggested = suggestion(look, 'pairs');
  const { sourceColumn, targetColumn } = flags;
  return {
    ...(aligned ? {} : (suggested ?? {})),
    kind: 'pairs',
    ...(aligned ? {} : delimited(flags, look)),
    ...(sourceColumn !== undefined && { sourceColumn: chosen(flags, look, sourceColumn) }),
    ...(targetColumn !== undefined && { targetColumn: chosen(flags, look, targetColumn) }),
    ...{ targetCorpus: targets.main, validTargetCorpus: targets.valid, testTargetCorpus: targets.test },
    ...common(flags),
  };
}

function numbers(flags: TrainFlags, look: Look | null): object {
  requireFormat(flags, ['csv', 'tsv']);
  const suggested = suggestion(look, 'numeric');
  const standard = flags.task === 'standard';
  const targets = targetsOf(flags, look);
  return {
    kind: 'numeric',
    ...delimited(flags, look),
    layout: standard ? 'rows' : 'series',
    inputs: inputsOf(flags, look, targets).map((column) => chosen(flags, look, column)),
    targets: targets?.map((column) => chosen(flags, look, column)) ?? null,
    targetIs: standard && predictsOf(flags, look) === 'class' ? 'class' : 'number',
    ...(flags.window !== undefined && { window: flags.window }),
    ...(flags.scaling && { scaling: flags.scaling }),
    ...(suggested && { decimal: suggested.decimal }),
    ...(flags.decimalComma && { decimal: ',' }),
    ...common(flags),
  };
}

/** A standard network's must be told where the file does not show them; a series is its own target. */
function targetsOf(flags: TrainFlags, look: Look | null): readonly Column[] | null {
  if (flags.targetColumns) return flags.targetColumns;
  if (flags.task === 'forecasting') return null;
  if (!look) return [2];
  const targets = suggestion(look, 'numeric')?.targets;
  if (targets) return targets;
  throw new UsageError(
    `Which column is to be predicted cannot be told: give --target-columns. ${theColumns(look.columns)}`,
  );
}

function inputsOf(flags: TrainFlags, look: Look | null, targets: readonly Column[] | null): readonly Column[] {
  if (flags.columns) return flags.columns;
  if (!look) return [1];
  const suggested = suggestion(look, 'numeric');
  if (!suggested) {
    throw new UsageError(`Which columns hold the numbers cannot be told: give --columns. ${theColumns(look.columns)}`);
  }
  // What a series forecasts may be read too; what a standard network predicts may not.
  if (flags.task === 'forecasting' || !targets) return suggested.inputs;
  const left = numbered(targets, look.columns);
  return suggested.inputs.filter((column) => !left.includes(numberOf(column, look.columns)));
}

/** A column as the file can be asked for it: by its number where the first row is not read as names. */
function chosen(flags: TrainFlags, look: Look | null, column: Column): Column {
  if (flags.header !== false || !look || typeof column === 'number') return column;
  const place = look.columns.indexOf(column);
  return place < 0 ? column : place + 1;
}

function numberOf(column: Column, names: readonly string[]): Column {
  const place = typeof column === 'string' ? names.indexOf(column) : column - 1;
  return place < 0 ? column : place + 1;
}

function numbered(columns: readonly Column[], names: readonly string[]): Column[] {
  return columns.map((column) => numberOf(column, names));
}

function theColumns(columns: readonly string[]): string {
  return columns.length === 0 ? 'The file does not look like a table.' : `The columns are ${columns.join(', ')}.`;
}
