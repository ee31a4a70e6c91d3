/** The commands that only look at runs: `runs`, `show`, `compare`. They work while the app has the workspace open. */
import type { Client } from './app-session.ts';
import { findRun } from './find-run.ts';
import { count, duration, perplexity, rate } from './format.ts';
import { differences, runLines, runSummary, runTable, shortId } from './run-view.ts';
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
      evals: evals.map(({ step, split, loss }) => ({ step, split, loss, perplexity: Math.exp(loss) })),
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
  const sample = samples.at(-1);
  if (sample) terminal.line(`\nSample at step ${count(sample.step)}:\n${printable(sample.text)}`);
}

export async function compareRuns(client: Client, names: readonly string[], terminal: Terminal): Promise<void> {
  const runs = await Promise.all(names.map((name) => findRun(client, name)));
  const different = differences(runs);
  if (terminal.json) {
    return runs.forEach((run, i) => {
      const settings = Object.fromEntries([...different].map(([path, values]) => [path, values[i] ?? null]));
      terminal.event({ ...runSummary(run), differs: settings });
    });
  }
  const row = (name: string, values: readonly string[]) => [name, ...values];
  const losses = runs.map((run) => run.bestLoss ?? Infinity);
  const lowest = Math.min(...losses);
  terminal.line(
    table([
      row('', runs.map(shortId)),
      row(
        'name',
        runs.map((run) => printable(run.name)),
      ),
      row(
        'status',
        runs.map((run) => run.status),
      ),
      row(
        'best perplexity',
        runs.map((run) => perplexity(run.bestLoss) + (run.bestLoss !== null && run.bestLoss === lowest ? ' *' : '')),
      ),
      row(
        'at step',
        runs.map((run) => count(run.bestStep)),
      ),
      row(
        'test perplexity',
        runs.map((run) => perplexity(run.testLoss)),
      ),
      row(
        'parameters',
        runs.map((run) => count(run.parameters)),
      ),
      row(
        'steps',
        runs.map((run) => count(run.step)),
      ),
      row(
        'time',
        runs.map((run) => duration(run.elapsed)),
      ),
      row(
        'speed',
        runs.map((run) => rate(run.tokensPerSecond)),
      ),
      ...[...different].map(([path, values]) =>
        row(
          path,
          values.map((value) => String(value ?? '–')),
        ),
      ),
    ]),
  );
}
