import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ModelInput, PredictionRequest, Run } from '../../../../src/api/types.ts';
import type { Prediction } from '../../../../src/engine/inference/prediction.ts';
import type { Task } from '../../../../src/engine/model/spec.ts';
import type { Api } from '../../../../src/renderer/lib/client.ts';
import { earlier } from '../../../../src/renderer/screens/try/asking.svelte.ts';
import { Desk } from '../../../../src/renderer/screens/try/desk.svelte.ts';
import { translateOptions } from '../../../../src/renderer/screens/try/options.svelte.ts';
import { answerLine, answerText, questionLine } from '../../../../src/renderer/screens/try/summary.ts';
import { modelInput, predict } from '../../harness/fake-answers.ts';
import { run } from '../../harness/fake-data.ts';

type Ask = (input: PredictionRequest, signal: AbortSignal) => Promise<Prediction>;

/** A desk of a made-up run, whose answers come when the test says so. */
async function deskFor(task: Task, ask?: Ask, about?: Partial<ModelInput>) {
  const one: Run = run(0, task);
  const asked: PredictionRequest[] = [];
  const api = {
    runs: {
      modelInput: async () => ({ ...modelInput(one), ...about }),
      predict: async ({ input }: { input: PredictionRequest }, { signal }: { signal: AbortSignal }) => {
        asked.push(input);
        return ask ? ask(input, signal) : predict(one, input)!;
      },
    },
  } as unknown as Api;
  const desk = new Desk(api, one);
  await desk.load();
  return { desk, asked, settled: () => vi.waitUntil(() => !desk.asking.busy) };
}

/** Asks what stands in the fields, as the screen does after a pause. */
function ask(desk: Desk): void {
  desk.asking.ask(desk.questions.inputs, 0);
}

afterEach(() => {
  for (const answer of earlier.answers) earlier.remove(answer);
});

describe('questions', () => {
  test('a text, once there is one', async () => {
    const { desk } = await deskFor('classification');
    desk.text = '  ';
    expect(desk.questions).toEqual({ inputs: [], problem: null });
    desk.text = 'Kowalczyk';
    expect(desk.questions.inputs).toEqual([{ kind: 'text', text: 'Kowalczyk' }]);
  });

  test('each line to translate, with the settings of the search', async () => {
    const { desk, asked, settled } = await deskFor('translation');
    desk.text = 'one\r\n\ntwo\n';
    ask(desk);
    await settled();
    const translate = { width: 5, lengthPenalty: 0.6, best: 3, maxLength: 200 };
    expect(asked).toEqual([
      { kind: 'text', text: 'one', translate },
      { kind: 'text', text: 'two', translate },
    ]);
    expect(desk.asking.answer?.predictions).toHaveLength(2);
  });

  test('settings that make no sense ask nothing and say why', async () => {
    const { desk } = await deskFor('translation');
    desk.text = 'one';
    translateOptions.take({ width: 2, best: 3 });
    expect(desk.questions.inputs).toEqual([]);
    expect(translateOptions.problem('best')).toMatch(/At most the width/);
    translateOptions.take({ width: 5 });
    expect(desk.questions.inputs).toHaveLength(1);
  });

  test('the first label to generate for, until another is chosen', async () => {
    const { desk } = await deskFor('conditional-generation');
    expect(desk.questions.inputs).toMatchObject([
      { kind: 'label', label: 'Arabic', generate: { count: 8, topK: null } },
    ]);
  });

  test('the last rows of a series, or rows of one’s own that are enough', async () => {
    const rows = [[1], [2], [3]];
    const { desk } = await deskFor('forecasting', undefined, { inputColumns: ['x'], window: 2, rows });
    expect(desk.questions.inputs).toEqual([{ kind: 'rows', rows }]);
    desk.rowsFrom = 'typed';
    expect(desk.questions).toEqual({ inputs: [], problem: null });
    desk.typedRows = '5';
    expect(desk.questions.problem).toBe('A forecast is made from 2 rows, and there is 1.');
    desk.typedRows = 'x\n5\n6';
    expect(desk.questions.inputs).toEqual([{ kind: 'rows', rows: [[5], [6]] }]);
    desk.typedRows = '5\nsix';
    expect(desk.questions.problem).toBe('Line 2: “six” in x is not a number.');
  });

  test('where the data is gone, rows are typed', async () => {
    const { desk } = await deskFor('forecasting', undefined, { rows: [] });
    expect(desk.rowsFrom).toBe('typed');
  });

  test('a row of a standard network, once every field has a number', async () => {
    const { desk } = await deskFor('standard', undefined, { inputColumns: ['a', 'b'], rows: [[1, 2]] });
    expect(desk.questions.inputs).toEqual([{ kind: 'rows', rows: [[1, 2]] }]);
    desk.cells[1] = '';
    expect(desk.questions).toEqual({ inputs: [], problem: null });
    desk.cells[1] = 'x';
    expect(desk.questions.problem).toBe('“x” in b is not a number.');
  });
});

describe('asking', () => {
  test('a newer question gives the older one up, whichever answers first', async () => {
    const answers = new Map<string, (prediction: Prediction) => void>();
    const aborted: string[] = [];
    const { desk, asked, settled } = await deskFor('regression', ({ ...input }, signal) => {
      const { text } = input as { text: string };
      signal.addEventListener('abort', () => aborted.push(text));
      return new Promise((resolve) => answers.set(text, resolve));
    });
    const value = (n: number): Prediction => ({
      kind: 'value',
      read: { tokens: [], unknown: [], truncated: false },
      value: n,
    });
    desk.text = 'first';
    ask(desk);
    await vi.waitUntil(() => answers.has('first'));
    desk.text = 'second';
    ask(desk);
    await vi.waitUntil(() => answers.has('second'));
    answers.get('second')!(value(2));
    await settled();
    answers.get('first')!(value(1));
    await Promise.resolve();
    expect(aborted).toEqual(['first']);
    expect(desk.asking.answer?.predictions).toMatchObject([{ value: 2 }]);
    ask(desk); // the same again is not asked
    expect(asked).toHaveLength(2);
  });

  test('what fails says why, and nothing else stands there', async () => {
    const { desk, settled } = await deskFor('tagging', async () => {
      throw new Error('The checkpoint is gone.');
    });
    desk.text = 'a';
    desk.askNow();
    await settled();
    expect([desk.asking.problem, desk.asking.answer, earlier.answers]).toEqual(['The checkpoint is gone.', null, []]);
  });

  test('only what was asked on purpose is kept, once, and can be gone back to', async () => {
    const { desk, settled, asked } = await deskFor('classification');
    desk.text = 'Kim';
    ask(desk);
    await settled();
    expect(earlier.answers).toEqual([]);
    desk.asking.keep();
    desk.text = 'Ivanov';
    desk.askNow();
    await settled();
    desk.askNow();
    await settled();
    expect(earlier.answers.map((one) => questionLine(one.inputs))).toEqual(['Ivanov', 'Kim']);
    const before = asked.length;
    desk.take(earlier.answers[1]!);
    ask(desk);
    expect([desk.text, desk.asking.busy, asked.length]).toEqual(['Kim', false, before]);
    expect(desk.asking.answer).toBe(earlier.answers[1]);
  });

  test('emptied fields have no answer', async () => {
    const { desk, settled } = await deskFor('binary');
    desk.text = 'good';
    ask(desk);
    await settled();
    desk.text = '';
    ask(desk);
    expect([desk.asking.answer, desk.asking.busy]).toEqual([null, false]);
  });
});

describe('summaries', () => {
  const read = { tokens: [], unknown: [], truncated: false };
  test('in a line, and for the clipboard', () => {
    const tags: Prediction = {
      kind: 'tags',
      tokens: [
        { token: 'the', known: true, tags: ['DET'], probabilities: [] },
        { token: 'cat', known: false, tags: [], probabilities: [] },
      ],
    };
    expect([answerLine([tags]), answerText([tags])]).toEqual(['DET –', 'the\tDET\ncat\t_']);
    const no: Prediction = { kind: 'yes-or-no', read, probability: 0.25, yes: false };
    expect([answerLine([no]), answerText([no])]).toEqual(['No, 75.0 %', 'No']);
    const forecast: Prediction = { kind: 'forecast', columns: ['a', 'b'], steps: [[1 / 3, 2]] };
    expect(answerText([forecast])).toBe('a,b\n0.3333333333333333,2\n');
  });
});
