/** Rows of `live_looks`: what was looked at while a run trained, packed (api/inside.ts). */
import type { Database, Statement } from 'better-sqlite3';

export class LiveLookTable {
  readonly #put: Statement<[number, number, string]>;
  readonly #read: Statement<[number], string>;
  readonly #all: Statement<[number], { step: number; look: string }>;
  readonly #deleteAfter: Statement<[number, number]>;

  constructor(database: Database) {
    this.#put = database.prepare('INSERT OR REPLACE INTO live_looks (run, step, look) VALUES (?, ?, ?)');
    this.#read = database.prepare<[number], string>('SELECT look FROM live_looks WHERE run = ? ORDER BY step').pluck();
    this.#all = database.prepare('SELECT step, look FROM live_looks WHERE run = ? ORDER BY step');
    this.#deleteAfter = database.prepare('DELETE FROM live_looks WHERE run = ? AND step > ?');
  }

  put(run: number, step: number, look: string): void {
    this.#put.run(run, step, look);
  }

  /** With their steps. */
  all(run: number): { step: number; look: string }[] {
    return this.#all.all(run);
  }

  /** By step. */
  read(run: number): string[] {
    return this.#read.all(run);
  }

  deleteAfter(run: number, step: number): void {
    this.#deleteAfter.run(run, step);
  }
}
