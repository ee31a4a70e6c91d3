/** Finished files that wait for a browser to fetch them, once, under a ticket that cannot be guessed. */
import { randomUUID } from 'node:crypto';

export interface Download {
  readonly path: string;
  /** The name it is saved under. */
  readonly fileName: string;
}

export class Downloads {
  readonly #waiting = new Map<string, Download>();

  /** Returns the ticket. */
  offer(download: Download): string {
    const ticket = randomUUID();
    this.#waiting.set(ticket, download);
    return ticket;
  }

  /** The file behind a ticket, once; whoever takes it removes the file after sending it. null: unknown or used up. */
  take(ticket: string): Download | null {
    const download = this.#waiting.get(ticket) ?? null;
    this.#waiting.delete(ticket);
    return download;
  }
}
