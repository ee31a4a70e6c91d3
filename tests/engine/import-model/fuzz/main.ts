/**
 * Damages model files of every format and has them read: `npm run -s fuzz:imports -- [--count 10000] [--format h5] [--seed 1]`.
 * Each must give a model or a sentence, within 10 s, and all together within 1 GB; nothing else counts. Exits 1 otherwise.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { goodFiles } from './seeds.ts';
import type { Report, Task } from './worker.ts';

const mostSeconds = 10;
const mostBytes = 2 ** 30;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    format: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
  },
});

interface Outcome {
  readonly models: number;
  readonly faults: readonly string[];
  readonly slowest: number; // ms
  readonly peak: number; // bytes of the process
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
      if (performance.now() - begun > mostSeconds * 1000) end(0, `seed ${seed}: still reading after ${mostSeconds} s`);
    }, 100);
    const end = (models: number, fault: string | null = null, slowest = Number.NaN) => {
      clearInterval(watch);
      if (fault !== null) faults.push(fault);
      void worker.terminate();
      resolve({ models, faults, slowest, peak });
    };
    worker.on('message', (report: Report) => {
      if (report.type === 'end') return end(report.models, null, report.slowest);
      if (report.type === 'fault') faults.push(`seed ${report.seed}: ${report.error}`);
      else [seed, begun] = [report.seed, performance.now()];
    });
    worker.on('error', (error) => end(0, `seed ${seed}: the worker ended: ${String(error)}`));
  });
}

/** The app gives every file a process of its own; here so many share one, which is as hard a test and far faster. */
const filesPerWorker = 250;

let failed = false;
for (const [format, bytes] of Object.entries(await goodFiles())) {
  if (values.format && !values.format.includes(format)) continue;
  const started = performance.now();
  const [first, count] = [Number(values.seed), Number(values.count)];
  const all: Outcome[] = [];
  for (let done = 0; done < count; done += filesPerWorker)
    all.push(await run({ bytes, first: first + done, count: Math.min(filesPerWorker, count - done) }));
  const faults = all.flatMap((one) => one.faults);
  const models = all.reduce((sum, one) => sum + one.models, 0);
  const slowest = Math.max(...all.map((one) => one.slowest));
  const peak = Math.max(...all.map((one) => one.peak));
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${format}: ${count} files of about ${bytes.length} bytes, ${models} still models, ${faults.length} faults; slowest ${slowest.toFixed(0)} ms, ${(peak / 2 ** 20).toFixed(0)} MB at most, ${seconds.toFixed(0)} s`,
  );
  for (const fault of faults.slice(0, 5)) console.log(`  ${fault.slice(0, 1500)}`);
  failed ||= faults.length > 0 || peak > mostBytes;
}
process.exitCode = failed ? 1 : 0;
