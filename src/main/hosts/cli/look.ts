/** The commands that only look at runs: `runs`, `show`, `compare`. They work while the app has the workspace open. */
import type { Evaluation, Run } from '../../../api/types.ts';
import { figureInfo, figureNames } from '../../../engine/metrics/figures.ts';
import type { Client } from './app-session.ts';
import { findRun } from './find-run.ts';
import { count, dash, duration, rate } from './format.ts';
import { figureValue, lossName, lossValue, measuredJson, type Measured } from './measured.ts';
import { resultLines } from './result-view.ts';
import { differences, runLines, runSummary, runTable, shortId } from './run-view.ts';
import { sampleLines } from './sample-view.ts';
import { printable, table, type Terminal } from './terminal.ts';

export const noRuns = 'No runs yet. Start one with: unroll train FILE';

export async function listRuns(client: Client, terminal: Terminal): Promise<void> {
  const runs = await client.runs.list();
  if (terminal.json) return runs.forEach((run) => terminal.event(runSummary(run)));
  terminal.line(runs.length === 0 ? noRuns : runTable(runs));
}

export async function showRun(client: Client, name: string, terminal: Terminal): Promise<void> {
  const { run, steps, evals, samples } = await client.runs.get({ id: (await findRun(client, name)).id });
  if (terminal.json) {
    return terminal.event({
      ...runSummary(run),
      notes: run.notes,
      app_version: run.appVersion,
      corpus_sha256: run.corpusHash,
      config: run.config,
      evals: evals.map(({ step, split, loss, figures, metrics }) => ({
        ...{ step, split, ...measuredJson(run.config.architecture.task, loss, figures), metrics },
      })),
      curve: {
        step: steps.step,
        epoch: steps.epoch,
        loss: steps.loss,
        grad_norm: steps.gradNorm,
        lr: steps.learningRate,
        tokens_per_s: steps.tokensPerSecond,
      },
      samples,
    });
  }
  terminal.line(runLines(run));
  const measured = mostTelling(run, evals);
  if (measured?.metrics) {
    const what = measured.split === 'test' ? 'Test' : `Validation at step ${count(measured.step)}`;
    terminal.line(`\n${what}:\n${resultLines(measured.metrics)}`);
  }
  const sample = samples.at(-1);
  if (sample) terminal.line(`\nSample at step ${count(sample.step)}:\n${sampleLines(sample)}`);
}

/** The evaluation to show in full: the test, else the best, else the last. */
function mostTelling(run: Run, evals: readonly Evaluation[]): Evaluation | undefined {
  const whole = evals.filter(({ metrics }) => metrics !== null);
  return (
    whole.findLast(({ split }) => split === 'test') ??
    whole.find(({ split, step }) => split === 'valid' && step === run.bestStep) ??
    whole.at(-1)
  );
}

export async function compareRuns(client: Client, names: readonly string[], terminal: Terminal): Promise<void> {
  const runs = await Promise.all(names.map((name) => findRun(client, name)));
  const different = differences(runs);
  if (terminal.json) {
    return runs.forEach((run, i) => {
      const settings = Object.fromEntries([...different].map(([path, values]) => [path, values[i]]));
      terminal.event({ ...runSummary(run), differs: settings });
    });
  }
  const of = (name: string, value: (run: Run) => string) => [name, ...runs.map(value)];
  terminal.line(
    table([
      of('', shortId),
      of('name', (run) => printable(run.name)),
      of('status', (run) => run.status),
      ...measureRows(runs, 'best', ({ bestLoss, bestFigures }) => ({ loss: bestLoss, figures: bestFigures })),
      of('at step', (run) => count(run.bestStep)),
      ...measureRows(runs, 'test', ({ testLoss, testFigures }) => ({ loss: testLoss, figures: testFigures })),
      of('parameters', (run) => count(run.parameters)),
      of('steps', (run) => count(run.step)),
      of('time', (run) => duration(run.elapsed)),
      of('speed', (run) => rate(run.tokensPerSecond)),
      ...[...different].map(([path, values]) => [
        path,
        // Names say more than ids; what differs may still have one name.
        ...values.map((value, i) => (path === 'corpus' ? printable(runs[i]!.corpusName) : String(value ?? dash))),
      ]),
    ]),
  );
}

/** The loss and every figure that any of the runs has, the best of each with a star. */
function measureRows(runs: readonly Run[], which: string, of: (run: Run) => Measured): string[][] {
  const measured = runs.map(of);
  const figures = figureNames.filter((name) => measured.some(({ figures }) => figures?.[name] !== undefined));
  const names = new Set(runs.map((run) => lossName(run.config.architecture.task)));
  return [
    ...[...names].map((name) => {
      const fits = (run: Run) => lossName(run.config.architecture.task) === name;
      return [
        `${which} ${name}`,
        ...starred(
          runs.map((run, i) => (fits(run) ? measured[i]!.loss : null)),
          (loss, i) => lossValue(runs[i]!.config.architecture.task, loss),
          'lower',
        ),
      ];
    }),
    ...figures.map((name) => [
      `${which} ${figureInfo[name].label}`,
      ...starred(
        measured.map(({ figures }) => figures?.[name] ?? null),
        (value) => figureValue(name, value),
        figureInfo[name].better,
      ),
    ]),
  ];
}

function starred(
  values: readonly (number | null)[],
  write: (value: number, i: number) => string,
  better: 'lower' | 'higher',
): string[] {
  const found = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const best = better === 'lower' ? Math.min(...found) : Math.max(...found);
  return values.map((value, i) => (value === null ? dash : write(value, i) + (value === best ? ' *' : '')));
}
