/** Values pushed by one side and read by the other as an async iterator; leaving is noticed at once, even while waiting. */
export interface StreamOptions<T> {
  /** May fold a new value into those not read yet (the newest is last); true if it did. */
  readonly fold?: (unread: T[], value: T) => boolean;
  /** The reader left before the end; what this returns is waited for. */
  readonly onLeave?: () => void | Promise<void>;
}

type Waiting<T> = { resolve(result: IteratorResult<T, undefined>): void; reject(error: unknown): void };

export class Stream<T> implements AsyncIteratorObject<T, undefined, void> {
  readonly #options: StreamOptions<T>;
  readonly #unread: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  #end: { readonly error?: unknown } | null = null;

  constructor(options: StreamOptions<T> = {}) {
    this.#options = options;
  }

  /** Values pushed and not read yet. */
  get unread(): number {
    return this.#unread.length;
  }

  push(value: T): void {
    if (this.#end) return;
    const reader = this.#waiting.shift();
    if (reader) reader.resolve({ done: false, value });
    else if (!this.#options.fold?.(this.#unread, value)) this.#unread.push(value);
  }

  /** No more values; those pushed so far can still be read. */
  end(): void {
    this.#end ??= {};
    for (const reader of this.#waiting.splice(0)) reader.resolve({ done: true, value: undefined });
  }

  /** As `end`, but the reader gets the error after what was pushed. */
  fail(error: unknown): void {
    if (this.#end) return;
    const [reader, ...others] = this.#waiting.splice(0);
    this.#end = reader ? {} : { error };
    reader?.reject(error);
    for (const other of others) other.resolve({ done: true, value: undefined });
  }

  /** For the reader. */
  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#unread.length > 0) return { done: false, value: this.#unread.shift()! };
    if (this.#end) {
      const { error } = this.#end;
      this.#end = {};
      if (error !== undefined) throw error;
      return { done: true, value: undefined };
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The reader leaves. Resolves when what fed the stream has come to rest. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#unread.length = 0;
    const leftEarly = this.#end === null;
    this.end();
    if (leftEarly) await this.#options.onLeave?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
