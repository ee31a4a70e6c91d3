/**
 * The files that a job in a window may have: those its command names, and nothing else on the machine. A page is not trusted with paths,
 * even our own.
 */
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { EngineFiles, FileSink } from '../../engine/files.ts';
import type { FileAnswer, FileRequest } from '../../engine/port.ts';
import type { EngineCommand, TrainingData } from '../../engine/protocol.ts';
import { nodeFiles } from '../files.ts';

/** Read at once. */
const mostBytes = 16 << 20;

export class JobFiles {
  readonly #files: EngineFiles = nodeFiles();
  readonly #sinks = new Map<number, FileSink>();
  #lastSink = 0;
  /** Files that may be read. */
  #readable: ReadonlySet<string> = new Set();
  /** Folders whose files may be read, and the one where files may be made and removed. */
  #folders: ReadonlySet<string> = new Set();
  #writable: string | null = null;

  /** From now on, until the next command that begins a job. */
  allow(command: EngineCommand): void {
    const { files, folders, writable } = needs(command);
    this.#readable = new Set(files.map((path) => resolve(path)));
    this.#folders = new Set(folders.map((path) => resolve(path)));
    this.#writable = writable === null ? null : resolve(writable);
  }

  /** @throws Error for what the job does not need, and what the file system refuses */
  async answer(request: FileRequest): Promise<FileAnswer> {
    switch (request.op) {
      case 'size':
        return this.#files.size(this.#readPath(request.path));
      case 'read':
        return readRange(this.#readPath(request.path), request.start, request.end);
      case 'list':
        return this.#files.list(this.#folder(request.directory));
      case 'remove':
        return this.#files.remove(this.#writePath(request.path)).then(() => null);
      case 'create': {
        const directory = this.#folder(request.directory);
        if (directory !== this.#writable) throw refusal(request.directory);
        const sink = await this.#files.create(directory);
        this.#sinks.set(++this.#lastSink, sink);
        return this.#lastSink;
      }
      case 'write':
        return this.#sink(request.sink)
          .write(request.bytes)
          .then(() => null);
      case 'commit':
        return this.#sink(request.sink)
          .commit(this.#writePath(request.path))
          .then(() => null);
      case 'abort': {
        const sink = this.#sink(request.sink);
        this.#sinks.delete(request.sink);
        return sink.abort().then(() => null);
      }
    }
  }

  /** What was being written is thrown away. */
  async close(): Promise<void> {
    const sinks = [...this.#sinks.values()];
    this.#sinks.clear();
    await Promise.allSettled(sinks.map((sink) => sink.abort()));
  }

  #sink(number: number): FileSink {
    const sink = this.#sinks.get(number);
    if (!sink) throw new Error(`there is no file ${number} being written`);
    return sink;
  }

  #readPath(path: string): string {
    const full = resolve(path);
    if (!this.#readable.has(full) && !this.#folders.has(dirname(full))) throw refusal(path);
    return full;
  }

  #writePath(path: string): string {
    const full = resolve(path);
    if (this.#writable === null || dirname(full) !== this.#writable) throw refusal(path);
    return full;
  }

  #folder(path: string): string {
    const full = resolve(path);
    if (!this.#folders.has(full)) throw refusal(path);
    return full;
  }
}

const refusal = (path: string) => new Error(`the job has nothing to do with ${path}`);

interface Needs {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly writable: string | null;
}

function needs(command: EngineCommand): Needs {
  switch (command.type) {
    case 'train': {
      const { data, checkpointDir, resumeFrom, vectorsPath } = command;
      const { files, folders } = ofData(data);
      return {
        files: [...present([resumeFrom, vectorsPath]), ...files],
        folders: [...folders, checkpointDir],
        writable: checkpointDir,
      };
    }
    case 'look': {
      const { files, folders } = ofData(command.data);
      return { files: [command.checkpointPath, ...files], folders, writable: null };
    }
    case 'generate':
    case 'predict':
      return { files: [command.checkpointPath], folders: [], writable: null };
    default:
      return { files: [], folders: [], writable: null };
  }
}

function ofData(data: TrainingData | null): { readonly files: string[]; readonly folders: string[] } {
  if (!data) return { files: [], folders: [] };
  if ('directory' in data) return { files: [], folders: [data.directory] };
  return { files: present([data.tokenizerPath, data.train.path, data.valid?.path, data.test?.path]), folders: [] };
}

function present(paths: readonly (string | null | undefined)[]): string[] {
  return paths.filter((path) => path !== null && path !== undefined);
}

async function readRange(path: string, start: number, end: number): Promise<Uint8Array> {
  if (!(start >= 0 && end >= start && end - start <= mostBytes)) {
    throw new RangeError(`bytes ${start} to ${end} cannot be read at once`);
  }
  const file = await open(path);
  try {
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
