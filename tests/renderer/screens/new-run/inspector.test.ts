import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataSchema, type DataConfig } from '../../../../src/engine/data/config.ts';
import type { Api } from '../../../../src/renderer/lib/client.ts';
import {
  Inspector,
  type InspectInput,
  type Inspection,
} from '../../../../src/renderer/screens/new-run/inspector.svelte.ts';

const table = dataSchema.parse({ kind: 'table' });
const other = dataSchema.parse({ kind: 'table', labelColumn: 'mood' });
const seen = (data: DataConfig, columns = ['text', 'label']) =>
  ({ data, suggested: table, rows: 3, columns }) as unknown as Inspection;

/** Reads everything as it is told, as a table when it is not told; keeps the questions. */
function inspector(read = (input: InspectInput) => Promise.resolve(seen(dataSchema.parse(input.data ?? table)))) {
  const asked: InspectInput[] = [];
  const inspect = (input: InspectInput) => (asked.push(input), read(input));
  return { one: new Inspector({ corpora: { inspect } } as unknown as Api), asked };
}

describe('Inspector', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const settle = () => vi.advanceTimersByTimeAsync(1000);

  it('looks first, and reads only once what is read as it looks', async () => {
    const { one, asked } = inspector();
    one.ask({ id: 'c', target: null, data: table });
    await settle();
    expect(asked).toEqual([{ id: 'c', target: null, data: null }]);
    expect([one.looks?.corpus, one.found('c')?.rows, one.fresh]).toEqual(['c', 3, true]);
  });
  it('looks once at a text however often it is read', async () => {
    const { one, asked } = inspector();
    one.ask({ id: 'c', target: null, data: null });
    await settle();
    one.ask({ id: 'c', target: null, data: other });
    await settle();
    one.ask({ id: 'c', target: 'd', data: other });
    await settle();
    expect(asked.map(({ target, data }) => [target, data])).toEqual([
      [null, null],
      [null, other],
      ['d', other],
    ]);
  });
  it('reads nothing more than its looks while nobody says how', async () => {
    const { one } = inspector();
    one.ask({ id: 'c', target: null, data: null });
    await settle();
    expect([one.looks?.corpus, one.found('c'), one.fresh]).toEqual(['c', null, false]);
  });
  it('reads only for the last of many changes', async () => {
    const { one, asked } = inspector();
    one.ask({ id: 'c', target: null, data: null });
    await settle();
    for (let n = 0; n < 5; n++) one.ask({ id: 'c', target: null, data: other })();
    one.ask({ id: 'c', target: null, data: other });
    await settle();
    expect(asked).toHaveLength(2);
  });
  it('keeps what was found until the next answer, but not for another text', async () => {
    const { one } = inspector();
    const stop = one.ask({ id: 'c', target: null, data: table });
    await settle();
    stop();
    one.ask({ id: 'c', target: null, data: other });
    expect([one.found('c')?.data, one.fresh, one.found('d')]).toEqual([table, false, null]);
    await settle();
    expect([one.found('c')?.data, one.fresh]).toEqual([other, true]);
  });
  it('drops an answer that comes too late', async () => {
    const late = Promise.withResolvers<Inspection>();
    const { one } = inspector((input) => (input.data ? late.promise : Promise.resolve(seen(table))));
    const stop = one.ask({ id: 'c', target: null, data: other });
    await settle();
    stop();
    late.resolve(seen(other));
    await settle();
    expect([one.found('c'), one.fresh]).toEqual([null, false]);
  });
  it('says why there is no answer, and still knows the columns', async () => {
    const { one } = inspector((input) =>
      input.data ? Promise.reject(new Error('There is no column "mood".')) : Promise.resolve(seen(table)),
    );
    one.ask({ id: 'c', target: null, data: other });
    await settle();
    expect([one.problem, one.fresh]).toEqual(['There is no column "mood".', false]);
    expect(one.columns('c')).toEqual({ names: ['text', 'label'], named: true });
  });
});
