// One run of the product, by its command line, in a workspace of its own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inRoot, nodePath } from '../../scripts/tools.mjs';

const cli = inRoot('out', 'main', 'cli.js');

export class UnrollRun {
  /** Its workspace; `dispose` deletes it. */
  workspace = mkdtempSync(join(tmpdir(), 'unroll-tasks-'));
  id = '';

  /**
   * Trains to the end.
   * @param {readonly string[]} flags of `train`
   * @param {(line: string) => void} onProgress
   * @returns {Promise<{ figures: Record<string, number>, steps: number, parameters: number, seconds: number }>} of the test part
   */
  async train(flags, onProgress) {
    const started = performance.now();
    const child = spawn(nodePath(), [cli, 'train', ...flags, '--workspace', this.workspace, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let [parameters, steps] = [0, 0];
    /** @type {Record<string, number> | null} */
    let figures = null;
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line);
      if (event.event === 'start') {
        this.id = event.run;
        parameters = event.parameters;
      } else if (event.event === 'step') {
        steps = event.step;
        if (steps % 50 === 0) onProgress(`step ${steps}, loss ${event.loss.toFixed(4)}`);
      } else if (event.event === 'eval' && event.split === 'test') figures = measured(event);
    }
    if ((await ended) !== 0 || !figures) throw new Error(`unroll train ${flags.join(' ')} did not come to its end.`);
    return { figures, steps, parameters, seconds: (performance.now() - started) / 1000 };
  }

  /** What the run was prepared and trained with, for another program: the data set's folder, and a file with its configuration. */
  get recipe() {
    const { config } = this.#call(['show', this.id])[0];
    const path = join(this.workspace, 'recipe.json');
    writeFileSync(path, JSON.stringify(config));
    const tokens = join(this.workspace, 'tokens');
    const [key, ...others] = readdirSync(tokens);
    if (!key || others.length > 0) throw new Error(`${tokens} should hold one prepared data set.`);
    return { dataset: join(tokens, key), config: path };
  }

  /**
   * Texts written for a label.
   * @param {string} label
   * @param {number} count
   * @returns {string[]}
   */
  samples(label, count) {
    const flags = ['--label', label, '--count', String(count), '--seed', '1'];
    return this.#call(['predict', this.id, ...flags])[0].samples.map(
      (/** @type {{ text: string }} */ { text }) => text,
    );
  }

  dispose() {
    rmSync(this.workspace, { recursive: true, force: true });
  }

  #call(/** @type {readonly string[]} */ args) {
    const output = execFileSync(nodePath(), [cli, ...args, '--workspace', this.workspace, '--json'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}

/** The figures of an evaluation, those of a forecast's last step and a perplexity among them. */
function measured(/** @type {any} */ { figures, perplexity, metrics }) {
  const last = metrics?.ahead?.at(-1);
  return {
    ...figures,
    ...(perplexity !== undefined && { perplexity }),
    ...(last?.naive && { lastStepToNaive: last.rmse / last.naive.rmse }),
  };
}
