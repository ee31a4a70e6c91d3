/** Runs and their parts in a few words. */
import type { Run } from '../../api/types.ts';
import type { Architecture, Task } from '../../engine/model/spec.ts';
import type { TokenizerConfig } from '../../engine/training/config.ts';
import { importCurves } from './messages/import-curves.ts';

const cellNames = { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const;

/** "LSTM", "GRU (reset before)", "RNN (ReLU)": the cell with what is not the usual. */
export function cellName(a: Pick<Architecture, 'cell' | 'activation' | 'reset'>): string {
  if (a.cell === 'gru' && a.reset === 'before') return 'GRU (reset before)';
  if (a.cell === 'rnn' && a.activation !== 'tanh') return `RNN (${a.activation === 'relu' ? 'ReLU' : 'sigmoid'})`;
  return cellNames[a.cell];
}

/** "LSTM 2×256", "biLSTM 2×256" where it reads in both directions: layers × hidden units. A standard network has no cells. */
export function architectureName(
  a: Pick<Architecture, 'task' | 'cell' | 'layers' | 'hidden' | 'bidirectional'>,
): string {
  const size = `${a.layers}×${a.hidden}`;
  if (a.task === 'standard') return `Dense ${size}`;
  return `${a.bidirectional ? 'bi' : ''}${cellNames[a.cell]} ${size}`;
}

/** A run's network; of curves from elsewhere what wrote them, for there is none. */
export function networkName({ config, imported }: Pick<Run, 'config' | 'imported'>): string {
  return imported?.curves ? importCurves.network(imported.curves.format) : architectureName(config.architecture);
}

const taskNames: Readonly<Record<Task, string>> = {
  'language-model': 'Language model',
  tagging: 'Tagging',
  translation: 'Translation',
  classification: 'Classification',
  regression: 'Rating',
  binary: 'Yes or no',
  multilabel: 'Several labels',
  'conditional-generation': 'Text for a label',
  forecasting: 'Forecasting',
  standard: 'Standard network',
};

/** "Translation", "Rating": what a network is trained for. */
export function taskName(task: Task): string {
  return taskNames[task];
}

/** "characters", "words, lower case", "byte pairs, 8,000 tokens". */
export function tokenizerName(t: TokenizerConfig): string {
  const parts = [
    t.kind === 'char'
      ? t.unit === 'grapheme'
        ? 'graphemes'
        : 'characters'
      : t.kind === 'word'
        ? 'words'
        : 'byte pairs',
  ];
  if (t.lowercase) parts.push('lower case');
  if (t.maxVocabulary !== undefined) parts.push(`at most ${t.maxVocabulary.toLocaleString('en-US')} tokens`);
  if (t.minFrequency > 1) parts.push(`seen ${t.minFrequency} times or more`);
  return parts.join(', ');
}

/** The CSS colour of a run, the same everywhere. */
export function runColor(run: { color: number }): string {
  return `var(--run-${((run.color % 8) + 8) % 8})`;
}

/** "UTF-8", "Windows-1252", "Shift_JIS": an encoding's label as people write it. */
export function encodingName(label: string): string {
  if (/^shift[_-]jis$/i.test(label)) return 'Shift_JIS';
  if (/^big5/i.test(label)) return 'Big5';
  if (/^windows-/i.test(label)) return label.replace(/^windows/i, 'Windows');
  return label.toUpperCase();
}
