/**
 * Damages models, documents and curves of every format and has them read: `npm run -s fuzz:imports -- [--count 10000] [--format h5]
 * [--seed 1]`. Each must give what it is read for or a sentence, or be given up in time as the app does it by ending the process; all within 1 GB. Exits 1
 * otherwise.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { readingSeconds } from '../../../../src/engine/import-model/patience.ts';
import { goodDocuments } from '../../documents/fuzz/seeds.ts';
import { goodCurves } from '../../import-curves/fuzz/seeds.ts';
import { goodFiles } from './seeds.ts';
import type { Report, Task } from './worker.ts';

const mostBytes = 2 ** 30;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    format: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
  },
});

interface Outcome {
  readonly read: number;
  readonly faults: readonly string[];
  readonly slowest: number; // ms
  readonly peak: number; // bytes of the process
  /** The file that was given up, after which the worker did no more. */
  readonly stoppedAt: number | null;
}

function run(task: Task): Promise<Outcome> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: task });
    const faults: string[] = [];
    let seed = task.first;
    let begun = performance.now();
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
      if (performance.now() - begun > readingSeconds(task.bytes.length) * 1000) end('given up');
    }, 100);
    const end = (how: Extract<Report, { type: 'end' }> | 'given up' | Error) => {
      clearInterval(watch);
      if (how instanceof Error) faults.push(`seed ${seed}: the worker ended: ${String(how)}`);
      void worker.terminate();
      const { read, slowest } = how === 'given up' || how instanceof Error ? { read: 0, slowest: 0 } : how;
      resolve({ read, faults, slowest, peak, stoppedAt: how === 'given up' ? seed : null });
    };
    worker.on('message', (report: Report) => {
      if (report.type === 'end') return end(report);
      if (report.type === 'fault') faults.push(`seed ${report.seed}: ${report.error}`);
      else [seed, begun] = [report.seed, performance.now()];
    });
    worker.on('error', end);
  });
}

/** The app gives every file a process of its own; here so many share one, which is as hard a test and far faster. */
const filesPerWorker = 250;

const attemptOf = (folder: string) => new URL(folder + 'attempt.ts', import.meta.url).href;
const kinds = [
  { attempt: attemptOf('./'), files: await goodFiles() },
  { attempt: attemptOf('../../documents/fuzz/'), files: await goodDocuments() },
  { attempt: attemptOf('../../import-curves/fuzz/'), files: goodCurves() },
];
const formats = kinds.flatMap(({ attempt, files }) =>
  Object.entries(files).map(([format, bytes]) => ({ attempt, format, bytes })),
);

let failed = false;
for (const { attempt, format, bytes } of formats) {
  if (values.format && !values.format.includes(format)) continue;
  const started = performance.now();
  const [first, count] = [Number(values.seed), Number(values.count)];
  const all: Outcome[] = [];
  for (let done = 0; done < count;) {
    const outcome = await run({
      attempt,
      name: format,
      bytes,
      first: first + done,
      count: Math.min(filesPerWorker, count - done),
    });
    all.push(outcome);
    done = outcome.stoppedAt === null ? done + filesPerWorker : outcome.stoppedAt + 1 - first;
  }
  const givenUp = all.filter((one) => one.stoppedAt !== null).length;
  const faults = all.flatMap((one) => one.faults);
  const read = all.reduce((sum, one) => sum + one.read, 0);
  const slowest = Math.max(...all.map((one) => one.slowest));
  const peak = Math.max(...all.map((one) => one.peak));
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${format}: ${count} files of about ${bytes.length} bytes, ${read} still read, ${faults.length} faults, ${givenUp} given up; slowest ${slowest.toFixed(0)} ms, ${(peak / 2 ** 20).toFixed(0)} MB at most, ${seconds.toFixed(0)} s`,
  );
  const stopped = all.flatMap((one) => (one.stoppedAt === null ? [] : [one.stoppedAt]));
  if (stopped.length > 0) console.log(`  given up: seeds ${stopped.slice(0, 20).join(', ')}`);
  for (const fault of faults.slice(0, 5)) console.log(`  ${fault.slice(0, 1500)}`);
  failed ||= faults.length > 0 || peak > mostBytes;
}
process.exitCode = failed ? 1 : 0;
