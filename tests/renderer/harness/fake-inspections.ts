/** What is found in made-up corpora that are read as data. */
import type { DataInspection } from '../../../src/api/types.ts';
import { dataSchema } from '../../../src/engine/data/config.ts';
import type { Task } from '../../../src/engine/model/spec.ts';
import { dataOf } from './fake-tasks.ts';

/** Names of the corpora after the texts, and the task that each is for. */
export const dataCorpora: readonly (readonly [name: string, task: Task])[] = [
  ['names', 'classification'],
  ['en_ewt-ud-dev.conllu', 'tagging'],
  ['numbers.tsv', 'translation'],
  ['sines.csv', 'forecasting'],
  ['sentiment.csv', 'binary'],
];

const text = dataSchema.parse({ kind: 'text' });
const nothing = {
  ...{ rows: 0, usable: 0, problems: [], moreProblems: 0, columns: [], fields: [], preview: [] },
  ...{ labels: [], moreLabels: 0, notes: [] },
};

/** @param index of the corpus among all made-up ones; the first three are running text */
export function inspection(index: number): DataInspection {
  const task = dataCorpora[index - 3]?.[1];
  if (!task) return { data: text, suggested: text, ...nothing };
  const data = dataOf(task);
  return { data, suggested: data, ...nothing, ...found(task) };
}

function found(task: Task): Partial<DataInspection> {
  switch (task) {
    case 'classification':
      return {
        rows: 20_074,
        usable: 20_061,
        columns: ['text', 'label'],
        fields: ['text', 'label'],
        preview: [
          ['Khoury', 'Arabic'],
          ['Ang', 'Chinese'],
          ['Wolfeschlegelsteinhausenbergerdorff, a name so long that it is cut off somewhere', 'German'],
        ],
        labels: [
          ...[
            { label: 'Russian', count: 9408 },
            { label: 'English', count: 3668 },
            { label: 'Arabic', count: 2000 },
          ],
          ...['Japanese', 'German', 'Italian', 'Czech', 'Spanish', 'Dutch', 'French', 'Chinese', 'Irish', 'Greek'].map(
            (label, at) => ({ label, count: 991 - 80 * at }),
          ),
          { label: 'a label with a very long name, which an import has to live with', count: 3 },
        ],
        problems: [
          { line: 1204, message: 'The label is missing.' },
          { line: 2077, message: 'There are 3 cells and the header has 2: is a comma not in quotes?' },
        ],
        moreProblems: 11,
        notes: ['Seen only once: the label Klingon.'],
      };
    case 'tagging':
      return {
        rows: 2001,
        usable: 2001,
        columns: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
        fields: ['tokens', 'tags'],
        preview: [['From the AP comes this story :', 'ADP DET PROPN VERB DET NOUN PUNCT']],
        labels: ['NOUN', 'PUNCT', 'VERB', 'PRON'].map((label, at) => ({ label, count: 4000 - 700 * at })),
        notes: ['322 lines of multiword tokens (1-2) are passed over: their words follow.'],
      };
    case 'translation':
      return {
        rows: 2000,
        usable: 2000,
        columns: ['1', '2'],
        fields: ['source', 'target'],
        preview: [
          ['4 7 1', 'four hundred seventy-one'],
          ['9 0', 'ninety'],
        ],
      };
    case 'forecasting':
      return {
        rows: 2000,
        usable: 1999,
        columns: ['t', 'mix', 'noisy'],
        fields: ['mix', 'noisy'],
        preview: Array.from({ length: 5 }, (_, t) => [Math.sin(t / 7).toFixed(4), Math.cos(t / 11).toFixed(4)]),
        problems: [{ line: 801, message: 'mix is "n/a", which is no number.' }],
        notes: ['Without its bad rows the series has gaps; no window reaches across one.'],
      };
    default:
      return {
        rows: 200,
        usable: 200,
        columns: ['text', 'label'],
        fields: ['text', 'label'],
        preview: [['not a good film, at all', 'negative']],
        labels: ['negative', 'positive'].map((label) => ({ label, count: 100 })),
      };
  }
}
