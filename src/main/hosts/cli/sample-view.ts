/** What a run did with examples while it trained, for a terminal. */
import type { Sample } from '../../../api/types.ts';
import { significant } from './format.ts';
import { printable, table } from './terminal.ts';

const mostAnswers = 10;

export function sampleLines({ text, detail }: Sample): string {
  if (detail === null) return printable(text);
  if (detail.kind === 'answers') {
    const rows = detail.answers
      .slice(0, mostAnswers)
      .map(({ input, expected, answer, right }) => [
        right === null ? '' : right ? '✓' : '✗',
        shortened(answer),
        expected === null || right ? '' : `(${shortened(expected)})`,
        shortened(input),
      ]);
    return table(rows);
  }
  const rows = detail.truth.flatMap((truth, step) =>
    detail.columns.map((column, i) => [
      ...[step === 0 || detail.columns.length > 1 ? printable(column) : '', `+${step + 1}`],
      ...[significant(detail.forecast[step]?.[i] ?? NaN, 4), significant(truth[i] ?? NaN, 4)],
    ]),
  );
  return table([['COLUMN', 'STEP', 'FORECAST', 'TRUTH'], ...rows.slice(0, 2 * mostAnswers)], new Set([1, 2, 3]));
}

function shortened(text: string): string {
  const characters = Array.from(printable(text).replaceAll('\n', ' '));
  return characters.length <= 60 ? characters.join('') : `${characters.slice(0, 59).join('')}…`;
}
