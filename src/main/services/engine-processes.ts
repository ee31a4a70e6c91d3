/** Engine processes and the jobs they do: one job at a time each, cancelled within a second, gone with the app. */
import { randomUUID } from 'node:crypto';
import type { DeviceInfo, EngineCommand, EngineEvent, JobResult } from '../../engine/protocol.ts';
import type { EngineChannel, EngineExit } from './engine-channel.ts';

/** A process kept for the next short job ends when none came for this long. */
const idleFor = 60_000; // ms
/** A cancelled job that does not answer is ended by force after this: a person waits at most a second. */
const cancelPatience = 800; // ms

type StartCommand = Exclude<EngineCommand, { type: 'pause' | 'continue' | 'stop' | 'cancel' }>;
type WithoutJob<C> = C extends { job: string } ? Omit<C, 'job'> : never;
/** A job to do; its id is given when it starts. */
export type JobCommand = WithoutJob<StartCommand>;
/** Events while a job runs; its end is the job's promise. */
export type JobEvent = Exclude<EngineEvent, { type: 'done' | 'failed' }>;
type ResultOf<C extends JobCommand> = Extract<JobResult, { type: C['type'] }>;

type FailureKind = Extract<EngineEvent, { type: 'failed' }>['kind'];

/** The engine said why it cannot go on. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  /** input: the person can mend it, the message says how; lost: the device is gone; internal: a fault of the program. */
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The engine process ended in the middle of a job. */
export class EngineExited extends Error {
  override readonly name = 'EngineExited';
  readonly exit: EngineExit;

  constructor(exit: EngineExit) {
    super(describeExit(exit));
    this.exit = exit;
  }
}

export interface JobOptions {
  readonly onEvent?: (event: JobEvent) => void;
  /** Cancels the job: its promise is rejected with the signal's reason, within a second. */
  readonly signal?: AbortSignal | undefined;
}

interface Job {
  readonly id: string;
  readonly onEvent: (event: JobEvent) => void;
  resolve(result: JobResult): void;
  reject(error: unknown): void;
}

/** One engine process; it can do several jobs, one after the other. */
export class EngineProcess {
  readonly #channel: EngineChannel;
  readonly #whenClosed: () => void;
  #job: Job | null = null;
  #exit: EngineExit | null = null;

  constructor(channel: EngineChannel, whenClosed: () => void) {
    this.#channel = channel;
    this.#whenClosed = whenClosed;
    channel.onEvent((event) => this.#receive(event));
    channel.onExit((exit) => this.#exited(exit));
  }

  get alive(): boolean {
    return this.#exit === null;
  }

  /**
   * @throws EngineFailure what the engine says; EngineExited if the process ends; the signal's reason when cancelled
   */
  async run<C extends JobCommand>(command: C, options: JobOptions = {}): Promise<ResultOf<C>> {
    const { onEvent = () => {}, signal } = options;
    signal?.throwIfAborted();
    if (this.#exit) throw new EngineExited(this.#exit);
    if (this.#job) throw new Error(`this engine process is busy with job ${this.#job.id}`);
    const id = randomUUID();
    const cancel = () => this.#cancel(id);
    signal?.addEventListener('abort', cancel);
    try {
      const result = await new Promise<JobResult>((resolve, reject) => {
        this.#job = { id, onEvent, resolve, reject };
        this.#channel.send({ ...command, job: id } as EngineCommand);
      });
      signal?.throwIfAborted();
      if (result.type !== command.type)
        throw new EngineFailure('internal', `the engine ended a ${command.type} job as ${result.type}`);
      return result as ResultOf<C>;
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Tells the running job something; without a job it does nothing. */
  tell(type: 'pause' | 'continue' | 'stop'): void {
    if (this.#job) this.#channel.send({ type, job: this.#job.id });
  }

  /** Ends the process at once. A job that was running is rejected with EngineExited. */
  close(): void {
    if (this.#exit === null) this.#channel.kill();
  }

  #cancel(id: string): void {
    this.#channel.send({ type: 'cancel', job: id });
    setTimeout(() => {
      if (this.#job?.id === id) this.close();
    }, cancelPatience).unref();
  }

  #receive(event: EngineEvent): void {
    const job = this.#job;
    if (job?.id !== event.job) return; // the last words of a job that is over
    switch (event.type) {
      case 'done':
        this.#job = null;
        return job.resolve(event.result);
      case 'failed':
        this.#job = null;
        return job.reject(new EngineFailure(event.kind, event.message));
      default:
        job.onEvent(event);
    }
  }

  #exited(exit: EngineExit): void {
    this.#exit = exit;
    const job = this.#job;
    this.#job = null;
    job?.reject(new EngineExited(exit));
    this.#whenClosed();
  }
}

/** Where engines run. */
export interface EngineHosts {
  /** Starts a process with everything but what a window has. */
  readonly process: () => EngineChannel;
  /** Opens a hidden window with an engine that has the `webgpu` device; null where processes have it themselves. */
  readonly window: (() => EngineChannel) | null;
}

type Place = keyof EngineHosts;

export class EngineProcesses {
  readonly #hosts: EngineHosts;
  readonly #processes = new Set<EngineProcess>();
  readonly #idle = new Map<EngineProcess, { readonly place: Place; readonly timer: NodeJS.Timeout }>();
  #closed = false;

  constructor(hosts: EngineHosts) {
    this.#hosts = hosts;
  }

  /** @param device that its jobs are to compute on; null: none in particular */
  start(device: string | null): EngineProcess {
    return this.#start(this.#placeOf(device));
  }

  #start(place: Place): EngineProcess {
    if (this.#closed) throw new Error('the app is closing: no new engine process');
    const started: EngineProcess = new EngineProcess(this.#hosts[place]!(), () => this.#processes.delete(started));
    this.#processes.add(started);
    return started;
  }

  #placeOf(device: string | null): Place {
    return device === 'webgpu' && this.#hosts.window ? 'window' : 'process';
  }

  /** A device that takes its process down when it is tried out is listed as one that cannot be used. */
  async #devicesOf(place: Place): Promise<DeviceInfo[]> {
    const fatal: DeviceInfo[] = [];
    for (;;) {
      let tried: string | null = null;
      const onEvent = (event: JobEvent) => {
        if (event.type === 'progress') tried = event.what;
      };
      try {
        const except = fatal.map(({ name }) => name);
        const { devices } = await this.#runSoon(place, { type: 'devices', except }, { onEvent });
        return [...devices, ...fatal];
      } catch (error) {
        if (!(error instanceof EngineExited) || tried === null || this.#closed) throw error;
        fatal.push(unusable(tried, `${error.message} when it was tried out: its driver may be faulty or too old.`));
      }
    }
  }

  /** Every device, fastest first as far as that is known without measuring. @throws when no engine process can be started */
  async devices(): Promise<DeviceInfo[]> {
    const devices = await this.#devicesOf('process');
    if (!this.#hosts.window) return devices;
    const inWindow = await this.#devicesOf('window').catch((error: unknown) => [
      unusable(
        'webgpu',
        `The window that computes on the graphics processor could not be opened: ${(error as Error).message}`,
      ),
    ]);
    const [fastest, ...others] = devices.filter(({ name }) => inWindow.every((one) => one.name !== name));
    return [...(fastest ? [fastest] : []), ...inWindow, ...others];
  }

  /** Does one job in a process of its own. */
  async run<C extends JobCommand>(command: C, options: JobOptions = {}): Promise<ResultOf<C>> {
    options.signal?.throwIfAborted();
    const engine = this.start(deviceOf(command));
    try {
      return await engine.run(command, options);
    } finally {
      engine.close();
    }
  }

  /** Does a short job in a process that is kept a while for the next: starting one takes longer than some jobs. */
  async runSoon<C extends JobCommand>(command: C, options: JobOptions = {}): Promise<ResultOf<C>> {
    return this.#runSoon(this.#placeOf(deviceOf(command)), command, options);
  }

  async #runSoon<C extends JobCommand>(place: Place, command: C, options: JobOptions = {}): Promise<ResultOf<C>> {
    options.signal?.throwIfAborted();
    const engine = this.#takeIdle(place) ?? this.#start(place);
    try {
      return await engine.run(command, options);
    } catch (error) {
      // What lost its device does not find it again.
      if (error instanceof EngineFailure && error.kind === 'lost') engine.close();
      throw error;
    } finally {
      this.#keep(engine, place);
    }
  }

  #takeIdle(wanted: Place): EngineProcess | null {
    for (const [engine, { place, timer }] of this.#idle) {
      if (place !== wanted) continue;
      clearTimeout(timer);
      this.#idle.delete(engine);
      if (engine.alive) return engine;
    }
    return null;
  }

  #keep(engine: EngineProcess, place: Place): void {
    if (!engine.alive || this.#closed) return;
    const timer = setTimeout(() => {
      this.#idle.delete(engine);
      engine.close();
    }, idleFor);
    this.#idle.set(engine, { place, timer: timer.unref() });
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#idle.values()) clearTimeout(timer);
    for (const engine of this.#processes) engine.close();
  }
}

/** The device that a job names; null: it computes on none. */
function deviceOf(command: JobCommand): string | null {
  if (command.type === 'train') return command.config.device;
  return 'device' in command ? command.device : null;
}

function unusable(name: string, detail: string): DeviceInfo {
  return {
    ...{ name, available: false, detail, precision: 'float32', preferred: false },
    ...{ adapter: null, memoryBytes: null, automatic: 'measured' },
  };
}

function describeExit({ code, signal, stderr }: EngineExit): string {
  if (/heap out of memory|ENOMEM|bad_alloc/i.test(stderr)) return 'The engine process ran out of memory';
  if (signal === 'SIGKILL') return 'The engine process was killed (SIGKILL), by someone or because memory ran out';
  if (signal !== null) return `The engine process crashed (${signal})`;
  if (code === null) return `The engine process could not be started: ${stderr.trim()}`;
  return `The engine process ended unexpectedly (exit code ${code})`;
}
