/** The training job on a device that is given steps before the numbers of earlier ones are there, as a GPU is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { JobControl } from '../../../src/engine/jobs/control.ts';
import { train } from '../../../src/engine/jobs/train.ts';
import { Devices, type DeviceLoader } from '../../../src/engine/kernels/devices.ts';
import type { Kernels, Tensor } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import type { EngineEvent } from '../../../src/engine/protocol.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { DivergedError } from '../../../src/engine/training/trainer.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { temporaryFolder } from '../../main/temporary.ts';
import { tinyConfig } from '../training/tiny.ts';

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);

/** The reference, whose reads are answered some turns of the event loop late; counts the optimiser steps that nobody has read after. */
function lateKernels(stepsAhead: number): { kernels: Kernels; mostUnread: () => number } {
  const reference = createReferenceKernels();
  let unread = 0;
  let most = 0;
  const kernels = new Proxy(reference, {
    get(target, name: keyof Kernels) {
      if (name === 'stepsAhead') return stepsAhead;
      if (name === 'updateParameters') {
        return (...args: Parameters<Kernels['updateParameters']>) => {
          most = Math.max(most, ++unread);
          target.updateParameters(...args);
        };
      }
      if (name === 'read') {
        return async (source: Tensor, count?: number) => {
          const numbers = await target.read(source, count);
          for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
          if (source.label === 'gradient norm') unread--;
          return numbers;
        };
      }
      return target[name];
    },
  });
  return { kernels, mostUnread: () => most };
}

async function run(config: RunConfig, stepsAhead: number, stopAfter = Infinity) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'run'));
  const tokenizer = await learnTokenizer(config.tokenizer, text);
  const ids = tokenizer.encode(text);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokens.bin'), new Uint8Array(Uint16Array.from(ids).buffer));
  const part = (start: number, length: number) =>
    ({ path: join(folder, 'tokens.bin'), bytesPerToken: 2, start, length }) as const;
  const { kernels, mostUnread } = lateKernels(stepsAhead);
  const device: DeviceLoader = {
    ...{ name: 'late', precision: 'float64', automatic: 'never' },
    probe: async () => ({ available: true, detail: 'late' }),
    create: async () => kernels,
  };
  let now = 0;
  const clock = () => (now += 0.01);
  const control = new JobControl(clock);
  const events: Omit<EngineEvent, 'job'>[] = [];
  const result = await train(
    {
      ...{ type: 'train', job: '1', config: { ...config, device: 'late' } },
      data: {
        tokenizerPath: join(folder, 'tokenizer.json'),
        vocabularySize: tokenizer.vocabularySize,
        charactersPerToken: 1,
        train: part(0, 240),
        valid: part(240, 48),
        test: null,
      },
      ...{ checkpointDir: join(folder, 'run'), resumeFrom: null, vectorsPath: null },
    },
    new Devices([device]),
    nodeFiles(),
    control,
    clock,
    (event) => {
      events.push(event);
      if (event.type === 'steps' && event.steps.at(-1)!.step >= stopAfter) control.stop();
    },
  ).finally(() => control.close());
  return { events, result, mostUnread: mostUnread() };
}

/** What happened, in order, without what depends on the clock. */
function story(events: readonly Omit<EngineEvent, 'job'>[]): unknown[] {
  return (events as EngineEvent[]).flatMap((event): unknown[] => {
    if (event.type === 'steps')
      return event.steps.map(({ step, loss, gradNorm, learningRate }) => ({ step, loss, gradNorm, learningRate }));
    if (event.type === 'eval') return [{ evaluated: event.metrics.step, loss: event.metrics.loss, best: event.best }];
    if (event.type === 'checkpoint') return [{ saved: event.step }];
    return [];
  });
}

const config = tinyConfig({
  training: { maxSteps: 20, evalEvery: 8, checkpointEvery: 5, schedule: { kind: 'cosine', warmupSteps: 4 } },
});

it('running ahead changes nothing of what is computed, evaluated and saved', async () => {
  const want = await run(config, 0);
  const got = await run(config, 2);
  expect(story(got.events)).toEqual(story(want.events));
  expect(got.result).toEqual(want.result);
  expect([want.mostUnread, got.mostUnread]).toEqual([1, 3]);
});

it('a stop keeps the steps that were under way', async () => {
  const { events, result } = await run(tinyConfig({ training: { maxSteps: 5000, evalEvery: 5000 } }), 2, 10);
  const told = story(events) as { step?: number; saved?: number }[];
  const steps = told.flatMap(({ step }) => step ?? []);
  expect(steps).toEqual(steps.map((_, i) => i + 1));
  expect(result).toMatchObject({ type: 'train', reason: 'stopped', step: steps.length });
  expect(told.at(-1)).toEqual({ saved: steps.length });
});

it('a step that diverges is told as such, though later ones were begun', async () => {
  const wild = tinyConfig({
    architecture: { cell: 'rnn', activation: 'relu' } as object,
    training: { learningRate: 1000, clip: null, optimizer: { kind: 'sgd' }, maxSteps: 50, evalEvery: 50 },
  });
  const failure = (stepsAhead: number) =>
    run(wild, stepsAhead).then(
      () => null,
      (error: unknown) => error,
    );
  const [want, got] = [await failure(0), await failure(2)];
  expect(want).toBeInstanceOf(DivergedError);
  expect((got as DivergedError).step).toBe((want as DivergedError).step);
});
