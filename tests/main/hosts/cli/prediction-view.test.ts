import { expect, test, vi } from 'vitest';
import type { Prediction } from '../../../../src/engine/inference/prediction.ts';
import { PredictionView } from '../../../../src/main/hosts/cli/prediction-view.ts';
import { Terminal } from '../../../../src/main/hosts/cli/terminal.ts';

/** What people see of answers on stdout and stderr. */
function shown(...answers: (readonly [Prediction, string | null])[]): { out: string; notes: string } {
  let out = '';
  let notes = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((notes += String(text)), true));
  try {
    const view = new PredictionView(new Terminal(false));
    for (const [prediction, input] of answers) view.show(prediction, input);
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return { out, notes };
}

const read = { tokens: ['a', '<unk>'], unknown: ['zzz'], truncated: true };
const classes = (first: string, second: string) => [
  { label: first, probability: 0.875 },
  { label: second, probability: 0.125 },
];
const translation = (text: string, score: number, finished: boolean) => ({
  ...{ text, tokens: [text], logProbability: score, score, finished, attention: null },
});

test.each<[string, Prediction, string]>([
  ['classes', { kind: 'class', read, classes: classes('good', 'bad') }, 'good  87.5 %\nbad   12.5 %\n'],
  [
    'labels',
    {
      ...{ kind: 'labels', read },
      labels: [
        { label: 'sport', probability: 0.9, chosen: true },
        { label: 'art', probability: 0.05, chosen: false },
      ],
    },
    '✓  sport  90.0 %\n   art     5.0 %\n',
  ],
  ['no', { kind: 'yes-or-no', read, probability: 0.25, yes: false }, 'no  75.0 %\n'],
  ['a value', { kind: 'value', read, value: 3.14159 }, '3.142\n'],
  [
    'tags, one or any number of them',
    {
      kind: 'tags',
      tokens: [
        { token: 'the', known: true, tags: ['DET'], probabilities: classes('DET', 'NOUN') },
        { token: 'x', known: false, tags: ['DET', 'NOUN'], probabilities: classes('DET', 'NOUN') },
        { token: '.', known: true, tags: [], probabilities: classes('DET', 'NOUN') },
      ],
    },
    'the  DET                      87.5 %\nx    DET 87.5 %, NOUN 12.5 %\n.    (none)\n',
  ],
  [
    'several translations',
    { kind: 'translations', read, translations: [translation('ein', -0.5, true), translation('eine', -1.25, false)] },
    '-0.500  ein\n-1.250  eine …\n',
  ],
  [
    'generated texts, made harmless for a terminal',
    {
      kind: 'generated',
      label: 'x',
      samples: [
        { text: 'a\u001b[2J', finished: true },
        { text: 'b', finished: false },
      ],
    },
    'a\ufffd[2J\nb …\n',
  ],
  [
    'a forecast',
    {
      kind: 'forecast',
      columns: ['up', 'down'],
      steps: [
        [0.5, -12],
        [1, 2],
      ],
    },
    'STEP       up     down\n  +1  0.50000  -12.000\n  +2   1.0000   2.0000\n',
  ],
  [
    'rows of classes',
    { kind: 'row-classes', rows: [classes('a', 'b')] },
    'ROW  CLASS  PROBABILITY  NEXT\n  1  a           87.5 %  b 12.5 %\n',
  ],
  ['rows of values', { kind: 'row-values', columns: ['y'], rows: [[2]] }, 'ROW       y\n  1  2.0000\n'],
])('%s', (_, prediction, out) => {
  expect(shown([prediction, null]).out).toBe(out);
});

test('what could not be read is remarked on', () => {
  const { notes } = shown([{ kind: 'value', read, value: 1 }, null]);
  expect(notes).toBe(
    'Not in this run\'s vocabulary, so read as <unk>: "zzz"\nThe text is longer than the run reads: its end is left out.\n',
  );
});

test('answers to many texts stand in lines, each with its text', () => {
  const answer = (label: string): Prediction => ({ kind: 'class', read, classes: classes(label, 'other') });
  expect(shown([answer('long-label'), 'one'], [answer('short'), 'two'])).toEqual({
    out: ' 87.5 %  long-label  one\n 87.5 %  short       two\n',
    notes: '',
  });
});

test('translations stand alone, line by line', () => {
  const answer = (text: string): Prediction => ({
    kind: 'translations',
    read,
    translations: [translation(text, -1, true)],
  });
  expect(shown([answer('ein'), 'a'], [answer('zwei'), 'two']).out).toBe('ein\nzwei\n');
});
