/** The engine's files where there is no file system: every operation is a question to whoever has one. */
import type { TokenSource } from './corpus/token-source.ts';
import { tokensInMemory } from './corpus/token-source.ts';
import type { EngineFiles, FileSink } from './files.ts';
import type { FileAnswer, FileRequest, ToEngine } from './port.ts';
import type { TokenFile } from './protocol.ts';

/** Asked for at a time: large enough that the way there and back does not count. */
const chunkBytes = 4 << 20;

interface Question {
  resolve(answer: FileAnswer): void;
  reject(error: Error): void;
}

export class PortFiles implements EngineFiles {
  readonly #post: (id: number, request: FileRequest) => void;
  readonly #questions = new Map<number, Question>();
  #last = 0;

  constructor(post: (id: number, request: FileRequest) => void) {
    this.#post = post;
  }

  /** What came back. */
  answered(message: Exclude<ToEngine, { kind: 'command' }>): void {
    const question = this.#questions.get(message.id);
    this.#questions.delete(message.id);
    if (message.kind === 'answer') question?.resolve(message.answer);
    else question?.reject(Object.assign(new Error(message.message), message.code !== null && { code: message.code }));
  }

  /** Every operating system that Unroll runs on understands the slash. */
  join(directory: string, ...names: string[]): string {
    return [directory, ...names].join('/');
  }

  async size(path: string): Promise<number> {
    return (await this.#ask({ op: 'size', path })) as number;
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.#readRange(path, 0, await this.size(path));
  }

  async *readChunks(path: string, start = 0, end = Infinity): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end;) {
      const chunk = await this.#read(path, at, Math.min(end, at + chunkBytes));
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  }

  async create(directory: string): Promise<FileSink> {
    const sink = (await this.#ask({ op: 'create', directory })) as number;
    return {
      write: async (bytes) => {
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          await this.#ask({ op: 'write', sink, bytes: bytes.slice(at, at + chunkBytes) });
        }
      },
      sha256: () => {
        throw new Error('no job that computes on the graphics processor needs the SHA-256 of a file');
      },
      commit: async (path) => void (await this.#ask({ op: 'commit', sink, path })),
      abort: async () => void (await this.#ask({ op: 'abort', sink })),
    };
  }

  async remove(path: string): Promise<void> {
    await this.#ask({ op: 'remove', path });
  }

  async list(directory: string): Promise<string[]> {
    return (await this.#ask({ op: 'list', directory })) as string[];
  }

  /** All of them, in memory: batches read them without waiting. */
  async openTokens({ path, bytesPerToken, start, length }: TokenFile): Promise<TokenSource & { close(): void }> {
    const bytes = await this.#readRange(path, start * bytesPerToken, (start + length) * bytesPerToken);
    // Little-endian, as is every processor that a browser with WebGPU runs on.
    const ids = bytesPerToken === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
    return { ...tokensInMemory(ids), close: () => {} };
  }

  /** @throws Error when the file ends before `end` */
  async #readRange(path: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(end - start);
    let done = 0;
    for await (const chunk of this.readChunks(path, start, end)) {
      bytes.set(chunk, done);
      done += chunk.length;
    }
    if (done < bytes.length) throw new Error(`${path} ended while it was read: it was cut off.`);
    return bytes;
  }

  async #read(path: string, start: number, end: number): Promise<Uint8Array> {
    return (await this.#ask({ op: 'read', path, start, end })) as Uint8Array;
  }

  #ask(request: FileRequest): Promise<FileAnswer> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      this.#post(id, request);
    });
  }
}
