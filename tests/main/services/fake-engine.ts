/**
 * An engine process that speaks the protocol and does next to nothing: a "training step" is a number, a checkpoint a real file
 * with an empty network. What should go wrong is said in the environment, `FAKE_ENGINE`, as JSON (see FakeFaults).
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { EngineCommand, EngineEvent, EvalMetrics, JobResult } from '../../../src/engine/protocol.ts';
import { openDataset } from '../../../src/engine/data/dataset.ts';
import { prepareDataset } from '../../../src/engine/data/prepare.ts';
import { checkpointFileName } from '../../../src/engine/training/checkpoint-files.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { nodeFiles } from '../../../src/main/files.ts';

export interface FakeFaults {
  /** After this step training waits for a command. */
  readonly holdAfter?: number;
  /** After this step the process ends with exit code 7. */
  readonly exitAfter?: number;
  /** At this step the loss is no number. */
  readonly divergeAt?: number;
  /** It hears no stop and no cancel. */
  readonly deaf?: boolean;
  /** Imports, tokenising and speed tests never end by themselves. */
  readonly endless?: boolean;
  /** Checkpoints are written but not reported, as when the app is killed between the two. */
  readonly silentCheckpoints?: boolean;
}

const faults = JSON.parse(process.env['FAKE_ENGINE'] ?? '{}') as FakeFaults;
type Command<T extends EngineCommand['type']> = Extract<EngineCommand, { type: T }>;
type WithoutJob<E> = E extends { job: string } ? Omit<E, 'job'> : never;

const told = { paused: false, stopped: false };
let current = '';
const emit = (event: WithoutJob<EngineEvent>) => void process.send!({ ...event, job: current });
const done = (result: JobResult) => emit({ type: 'done', result });

const facts = { adapter: null, memoryBytes: null };
const tokensPerBatch = { batch: 2, evaluateEvery: 10 };

process.on('disconnect', () => process.exit());
process.on('message', (command: EngineCommand) => {
  switch (command.type) {
    case 'pause':
      told.paused = true;
      return;
    case 'continue':
      told.paused = false;
      return;
    case 'stop':
    case 'cancel':
      told.stopped ||= !faults.deaf;
      return;
    default:
      current = command.job;
      told.paused = told.stopped = false;
      void work(command).catch((error: Error) =>
        emit({ type: 'failed', kind: 'internal', message: error.stack ?? error.message, step: null }),
      );
  }
});

async function work(command: EngineCommand): Promise<void> {
  switch (command.type) {
    case 'devices':
      return done({
        type: 'devices',
        devices: [
          {
            name: 'reference',
            available: true,
            detail: 'TypeScript',
            precision: 'float64',
            ...facts,
            automatic: 'always',
            preferred: true,
          },
          {
            name: 'webgpu',
            available: false,
            detail: 'There is no GPU.',
            precision: 'float32',
            ...facts,
            automatic: 'measured',
            preferred: false,
          },
        ],
      });
    case 'measure':
      return measure(command);
    case 'import-text':
      return importText(command);
    case 'tokenize':
      return tokenize(command);
    case 'prepare':
      return prepare(command);
    case 'estimate':
      return done({
        type: 'estimate',
        device: 'reference',
        deviceDetail: 'TypeScript',
        secondsPerStep: 0.25,
        memoryBytes: 1,
      });
    case 'generate':
      return generate(command);
    case 'export':
      return exportModel(command);
    case 'train':
      return train(command);
    default:
  }
}

async function measure({ device }: Command<'measure'>): Promise<void> {
  emit({ type: 'progress', done: 1, total: 5, what: 'Measuring speed' });
  while (faults.endless && !told.stopped) await turn();
  if (told.stopped) return done({ type: 'cancelled' });
  done({ type: 'measure', device, deviceDetail: 'TypeScript', seconds: { small: 0.0125, large: null } });
}

async function importText({ sourcePath, targetDir, encoding }: Command<'import-text'>): Promise<void> {
  const text = await readFile(sourcePath);
  if (text.length === 0) return emit({ type: 'failed', kind: 'input', message: 'The file is empty.', step: null });
  emit({ type: 'progress', done: 1, total: 2, what: 'Reading' });
  await writeFile(join(targetDir, '.unfinished'), text);
  while (faults.endless && !told.stopped) await turn();
  if (told.stopped) return done({ type: 'cancelled' });
  const sha256 = createHash('sha256').update(text).digest('hex');
  await rename(join(targetDir, '.unfinished'), join(targetDir, `${sha256}.txt`));
  const characters = [...text.toString('utf8')];
  done({
    type: 'import-text',
    imported: {
      sha256,
      encoding: encoding ?? 'utf-8',
      encodingFrom: encoding ? 'chosen' : 'utf-8',
      sourceBytes: text.length,
      bytes: text.length,
      characters: characters.length,
      lines: 1,
      words: 1,
      distinctCharacters: new Set(characters).size,
      replaced: 0,
      frequentCharacters: [],
      frequentWords: [],
      preview: '',
      document: null,
    },
  });
}

async function tokenize({ textPath, validTextPath, split, targetDir }: Command<'tokenize'>): Promise<void> {
  emit({ type: 'progress', done: 1, total: 2, what: 'Splitting into tokens' });
  while (faults.endless && !told.stopped) await turn();
  if (told.stopped) return done({ type: 'cancelled' });
  const total = (await readFile(textPath)).length;
  const path = join(targetDir, 'tokens.bin');
  const tokenizerPath = join(targetDir, 'tokenizer.json');
  await mkdir(targetDir, { recursive: true });
  await writeFile(path, new Uint8Array(2 * total));
  await writeFile(tokenizerPath, '{}');
  const part = (start: number, length: number) => ({ path, bytesPerToken: 2 as const, start, length });
  const [valid, test] = [Math.floor(total * split.valid), Math.floor(total * split.test)];
  done({
    type: 'tokenize',
    unknownRate: 0,
    frequent: [],
    data: {
      tokenizerPath,
      vocabularySize: 10,
      charactersPerToken: 1,
      train: part(0, total - valid - test),
      valid: validTextPath ? part(0, total) : valid > 0 ? part(total - valid - test, valid) : null,
      test: test > 0 ? part(total - test, test) : null,
    },
  });
}

/** The data set itself is prepared as by the real engine. */
async function prepare({ request }: Command<'prepare'>): Promise<void> {
  const files = nodeFiles();
  const summary = await prepareDataset(files, request, () => {}, new AbortController().signal);
  const dataset = await openDataset(files, request.targetDir);
  dataset.close();
  done({ type: 'prepare', data: { directory: request.targetDir, sizes: dataset.codec.sizes, summary } });
}

async function generate({ options }: Command<'generate'>): Promise<void> {
  const unknown = [...new Set(options.prompt)].filter((character) => character > '~');
  if (unknown.length > 0) emit({ type: 'unknown', characters: unknown });
  let count = 0;
  for (; count < options.length && !told.stopped; count++) {
    emit({ type: 'token', text: 'x', count: count + 1 });
    await turn();
  }
  if (told.stopped) return done({ type: 'cancelled' });
  done({ type: 'generate', text: 'x'.repeat(count), tokensPerSecond: 100 });
}

/** Two files, of which the first says what was asked for. */
async function exportModel({ checkpointPath, format, provenance, targetDir }: Command<'export'>): Promise<void> {
  try {
    decodeCheckpoint(await readFile(checkpointPath));
  } catch (error) {
    return emit({ type: 'failed', kind: 'input', message: `Damaged: ${(error as Error).message}`, step: null });
  }
  const contents = { 'model.safetensors': JSON.stringify({ format, provenance }), 'notes/README.md': '# Model\n' };
  const files = [];
  for (const [number, [name, content]] of Object.entries(contents).entries()) {
    const path = join(targetDir, String(number));
    await writeFile(path, content);
    files.push({ name, path, bytes: content.length });
  }
  done({ type: 'export', files });
}

async function train({ config, data, checkpointDir, resumeFrom }: Command<'train'>): Promise<void> {
  const saved = resumeFrom === null ? null : decodeCheckpoint(await readFile(resumeFrom)).state;
  let step = saved?.step ?? 0;
  let best = saved?.progress.best ?? null;
  const { maxSteps } = config.training;
  emit({
    type: 'started',
    device: 'reference',
    deviceDetail: 'TypeScript',
    parameters: 5,
    memoryBytes: 6,
    step,
    stepsPerEpoch: 100,
    totalSteps: maxSteps,
  });
  const metrics = () => ({
    step,
    epoch: step / 100,
    loss: 1 / step,
    gradNorm: 1,
    learningRate: 1,
    tokensPerSecond: 9,
    elapsed: step,
  });
  const isText = config.architecture.task === 'language-model';
  const evaluation = (): EvalMetrics => ({
    step,
    epoch: step / 100,
    split: 'valid',
    loss: 2 / step,
    bitsPerCharacter: isText ? 1 : null,
    figures: isText ? {} : { accuracy: step / (step + 10) },
    metrics: isText
      ? null
      : { kind: 'classification', examples: 1, accuracy: step / (step + 10), macroF1: 0, classes: [], confusion: [] },
    elapsed: step,
  });
  for (const earlier of saved?.evals ?? []) emit({ type: 'eval', metrics: earlier, best: false });

  const save = async (isBest: boolean) => {
    const recent = step === 0 ? [] : [metrics()];
    const bytes = encodeCheckpoint({
      tensors: new Map(),
      steps: recent,
      state: {
        version: 1,
        config,
        tokenizer: {},
        codec: null,
        vocabularySize: 'directory' in data ? data.sizes.inputs : data.vocabularySize,
        charactersPerToken: 1,
        step,
        position: step,
        elapsed: step,
        progress: { best, sinceBest: 0, sinceReduction: 0, plateaus: 0 },
        evaluationDue: false,
        evals: step > 0 && step % tokensPerBatch.evaluateEvery === 0 ? [evaluation()] : [],
        samples: [],
        device: 'reference',
        deviceDetail: 'TypeScript',
      },
    });
    const path = join(checkpointDir, checkpointFileName(step));
    await writeFile(`${path}.unfinished`, bytes);
    await rename(`${path}.unfinished`, path);
    if (!faults.silentCheckpoints) emit({ type: 'checkpoint', step, path, best: isBest });
    emit({ type: 'log', level: 'info', message: `saved ${step}` });
  };

  while (step < maxSteps!) {
    while ((told.paused || step === faults.holdAfter) && !told.stopped) {
      if (told.paused) await standStill(save);
      else await turn();
    }
    if (told.stopped) {
      await save(false);
      return done({ type: 'train', reason: 'stopped', step, best, test: null });
    }
    step++;
    if (step === faults.divergeAt) {
      return emit({ type: 'failed', kind: 'input', message: `The loss is not a number at step ${step}.`, step });
    }
    emit({ type: 'steps', steps: [metrics()], secondsLeft: maxSteps! - step });
    if (step % tokensPerBatch.evaluateEvery === 0) {
      best = { step, loss: 2 / step };
      emit({ type: 'eval', metrics: evaluation(), best: true });
      emit({ type: 'sample', sample: { step, text: `sample ${step}`, detail: null } });
      await save(true);
    }
    if (step === faults.exitAfter) {
      process.stderr.write('a last word');
      await turn();
      process.exit(7);
    }
    await turn();
  }
  await save(false);
  done({ type: 'train', reason: 'finished', step, best, test: null });
}

async function standStill(save: (best: boolean) => Promise<void>): Promise<void> {
  await save(false);
  emit({ type: 'paused' });
  while (told.paused && !told.stopped) await turn();
  if (!told.stopped) emit({ type: 'continued' });
}
