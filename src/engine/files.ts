/**
 * The engine's window to files. The engine runs where there is no file system (a browser window) as well as where there is one,
 * so its host hands it this. Paths are opaque strings from the host; `join` is the host's.
 */
import type { TokenSource } from './corpus/token-source.ts';
import type { TokenFile } from './protocol.ts';

/** Writing a new file. Nothing appears at the final path before `commit`, which is atomic and durable. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>;
  /** SHA-256 of everything written so far, hexadecimal; of a file that was created for it (`hashed`). */
  sha256(): string;
  /** Moves the file to `path` (replacing what is there) once its bytes are on the disk. */
  commit(path: string): Promise<void>;
  /** Removes what was written. Safe to call after commit: does nothing. */
  abort(): Promise<void>;
}

export interface EngineFiles {
  join(directory: string, ...names: string[]): string;
  size(path: string): Promise<number>;
  readFile(path: string): Promise<Uint8Array>;
  /** The bytes of a file from `start`, in chunks of about a megabyte; a chunk is valid until the next is asked for. */
  readChunks(path: string, start?: number, end?: number): AsyncIterable<Uint8Array>;
  /**
   * A temporary file beside where it will end.
   * @param hashed its SHA-256 will be asked for
   */
  create(directory: string, hashed?: boolean): Promise<FileSink>;
  remove(path: string): Promise<void>;
  /** Names in a directory; [] if it does not exist. */
  list(directory: string): Promise<string[]>;
  openTokens(file: TokenFile): Promise<TokenSource & { close(): void }>;
}
