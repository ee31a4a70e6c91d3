import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../../../src/renderer/lib/client.ts';
import { Planner, type Plan, type PlanInput } from '../../../../src/renderer/screens/new-run/planner.svelte.ts';
import { config } from '../../harness/fake-data.ts';

const { architecture, tokenizer } = config(0);
const input: PlanInput = {
  ...{ corpus: 'c', architecture, tokenizer, batch: 1, steps: 1 },
  ...{ valid: 0.1, test: 0, device: 'auto', threads: null },
};
const plan = (more: Partial<Plan>) => ({ secondsPerStep: 0.1, problems: [], ...more }) as Plan;

/** Answers one after the other; the number of questions is counted. */
function planner(answers: (Plan | Error)[]): { planner: Planner; asked: () => number } {
  let asked = 0;
  const answer = () => {
    const next = answers[asked++];
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { planner: new Planner({ runs: { plan: answer } } as unknown as Api), asked: () => asked };
}

describe('Planner', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const settle = () => vi.advanceTimersByTimeAsync(1000);

  it('asks once when nothing is missing', async () => {
    const { planner: p, asked } = planner([plan({})]);
    p.ask(input);
    await settle();
    expect([asked(), p.fresh, p.measuring, p.plan?.secondsPerStep]).toEqual([1, true, false, 0.1]);
  });
  it('asks again for the speed, but not for ever', async () => {
    const missing = plan({ secondsPerStep: null });
    const { planner: p, asked } = planner([missing, missing, missing]);
    p.ask(input);
    await settle();
    expect([asked(), p.measuring]).toEqual([2, false]);
  });
  it('asks only for the last of many changes', async () => {
    const { planner: p, asked } = planner([plan({})]);
    for (let n = 0; n < 5; n++) p.ask(input)();
    p.ask(input);
    await settle();
    expect(asked()).toBe(1);
  });
  it('keeps the last answer while the next is on its way', async () => {
    const { planner: p } = planner([plan({ parameters: 1 }), plan({ parameters: 2 })]);
    const stop = p.ask(input);
    await settle();
    stop();
    p.ask({ ...input, batch: 2 });
    expect([p.plan?.parameters, p.fresh, p.measuring]).toEqual([1, false, true]);
    await settle();
    expect([p.plan?.parameters, p.fresh]).toEqual([2, true]);
  });
  it('says why there is no answer', async () => {
    const { planner: p } = planner([new Error('The text is gone.')]);
    p.ask(input);
    await settle();
    expect([p.problem, p.measuring]).toEqual(['The text is gone.', false]);
  });
});
