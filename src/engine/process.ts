/** The engine process: commands in, events out, one job at a time. Where it runs and how messages travel is its host's. */
import { CorpusError } from './corpus/errors.ts';
import { importText } from './corpus/import-text.ts';
import { tokenizeCorpus } from './corpus/tokenize.ts';
import { inspectData } from './data/inspect.ts';
import { fileSource } from './documents/source.ts';
import { previewDocument } from './documents/preview.ts';
import type { EngineFiles } from './files.ts';
import { JobControl, StoppedError } from './jobs/control.ts';
import { estimate } from './jobs/estimate.ts';
import { exportModel } from './jobs/export.ts';
import { generate } from './jobs/generate.ts';
import { importModel } from './jobs/import-model.ts';
import { look } from './jobs/look.ts';
import { measure } from './jobs/measure.ts';
import { answer } from './jobs/predict.ts';
import { prepare } from './jobs/prepare.ts';
import { train, type Emit } from './jobs/train.ts';
import { ModelFileError } from './import-model/errors.ts';
import { DeviceError, DeviceLostError, type Devices } from './kernels/devices.ts';
import type { EngineCommand, EngineEvent, JobResult } from './protocol.ts';
import { CheckpointError } from './training/checkpoint.ts';
import { DivergedError } from './training/trainer.ts';
import { ExportError } from './export/errors.ts';
import { SafetensorsError } from './export/safetensors.ts';

export interface EngineHost {
  readonly files: EngineFiles;
  readonly devices: Devices;
  /** Seconds, monotonic. */
  readonly clock: () => number;
  send(event: EngineEvent): void;
}

/** Errors whose sentence is meant for the person. */
const inputErrors = [
  CorpusError,
  DeviceError,
  DivergedError,
  CheckpointError,
  SafetensorsError,
  ExportError,
  ModelFileError,
];

/** Returns the handler of commands. */
export function serveEngine(host: EngineHost): (command: EngineCommand) => void {
  let current: { job: string; control: JobControl } | null = null;

  const start = (command: EngineCommand, work: (control: JobControl, emit: Emit) => Promise<JobResult>): void => {
    const { job } = command;
    const emit: Emit = (event) => host.send({ ...event, job } as EngineEvent);
    if (current) {
      emit({ type: 'failed', kind: 'internal', message: `The engine is busy with job ${current.job}.`, step: null });
      return;
    }
    const control = new JobControl(host.clock);
    current = { job, control };
    const finish = (event: Parameters<Emit>[0]) => {
      control.close();
      current = null;
      emit(event);
    };
    work(control, emit).then(
      (result) => finish({ type: 'done', result }),
      (error: unknown) => {
        if (error instanceof StoppedError || control.signal.aborted)
          finish({ type: 'done', result: { type: 'cancelled' } });
        else finish(failure(error));
      },
    );
  };

  return (command) => {
    switch (command.type) {
      case 'train':
        return start(command, (control, emit) => train(command, host.devices, host.files, control, host.clock, emit));
      case 'import-text':
        return start(command, async (control, emit) => {
          const progress = (done: number, total: number) => emit({ type: 'progress', done, total, what: 'Reading' });
          return { type: 'import-text', imported: await importText(host.files, command, progress, control.signal) };
        });
      case 'read-curves':
        return start(command, async () => {
          // Libraries that other jobs do not need.
          const { readCurves } = await import('./import-curves/read.ts');
          const source = await fileSource(host.files, command.sourcePath);
          return { type: 'read-curves', curves: await readCurves(source, command.sourceName) };
        });
      case 'preview-document':
        return start(command, async ({ signal }, emit) => {
          const onProgress = (done: number, total: number) => emit({ type: 'progress', done, total, what: 'Reading' });
          return {
            type: 'preview-document',
            preview: await previewDocument(host.files, command, { signal, onProgress }),
          };
        });
      case 'tokenize':
        return start(command, async (control, emit) => {
          const progress = (done: number, total: number, what = 'Splitting into tokens') =>
            emit({ type: 'progress', done, total, what });
          return { type: 'tokenize', ...(await tokenizeCorpus(host.files, command, progress, control.signal)) };
        });
      case 'generate':
        return start(command, (control, emit) =>
          generate(command, host.devices, host.files, control, host.clock, emit),
        );
      case 'inspect':
        return start(command, async ({ signal }) => ({
          type: 'inspect',
          inspection: await inspectData(host.files, command.source, command.data, signal),
        }));
      case 'prepare':
        return start(command, (control, emit) => prepare(command, host.files, control, emit));
      case 'import-model':
        return start(command, () => importModel(command, host.files));
      case 'predict':
        return start(command, () => answer(command, host.devices, host.files));
      case 'look':
        return start(command, (control, emit) => look(command, host.devices, host.files, control, emit));
      case 'export':
        return start(command, (control) => exportModel(command, host.files, control));
      case 'estimate':
        return start(command, (control) => estimate(command, host.devices, control, host.clock));
      case 'devices':
        return start(command, async (_control, emit) => {
          const tell = (what: string) => emit({ type: 'progress', done: 0, total: 0, what });
          return { type: 'devices', devices: await host.devices.list(command.except, tell) };
        });
      case 'measure':
        return start(command, (control, emit) => measure(command, host.devices, control, host.clock, emit));
      case 'pause':
        if (current?.job === command.job) current.control.pause();
        return;
      case 'continue':
        if (current?.job === command.job) current.control.continue();
        return;
      case 'stop':
      case 'cancel':
        if (current?.job === command.job) current.control.stop();
    }
  };
}

/** What the operating system may refuse, by the code of Node's errors. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Make room, then try again.',
  EDQUOT: 'Your share of the disk is used up. Make room, then try again.',
  EROFS: 'The disk can only be read. Choose a workspace that you may write to.',
  EACCES: 'A file may not be opened. Check who may read and write it.',
  EPERM: 'A file may not be changed. Check who may read and write it.',
  EIO: 'The drive reports an error. Check that it is still there.',
};

function failure(error: unknown): Parameters<Emit>[0] {
  const step = error instanceof DivergedError ? error.step : null;
  if (inputErrors.some((kind) => error instanceof kind)) {
    return { type: 'failed', kind: 'input', message: (error as Error).message, step };
  }
  if (error instanceof DeviceLostError) return { type: 'failed', kind: 'lost', message: error.message, step };
  const refusal = refusals[String((error as { code?: unknown } | null)?.code)];
  if (refusal) return { type: 'failed', kind: 'input', message: `${refusal} (${(error as Error).message})`, step };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failed', kind: 'internal', message, step };
}
