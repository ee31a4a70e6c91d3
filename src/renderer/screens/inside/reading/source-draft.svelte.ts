/** What the network is to read, as somebody chooses it. */
import type { LookSource } from '../../../../engine/inside/looks/source.ts';
import { parseNumber } from '../../../lib/number-field.ts';

export const lengths = ['500', '2000', '5000', '20000'] as const;
export type Length = (typeof lengths)[number];

export class SourceDraft {
  #from = $state<LookSource['from']>('data');
  #start = $state(0);
  #length = $state<Length>('2000');
  #text = $state('');
  /** In the box, not read yet. */
  typed = $state('');

  get from(): LookSource['from'] {
    return this.#from;
  }
  set from(from: LookSource['from']) {
    this.#from = from;
  }
  get length(): Length {
    return this.#length;
  }
  set length(length: Length) {
    this.#length = length;
  }
  /** From 0: a token, or an example. */
  get start(): number {
    return this.#start;
  }

  /** What to read; null while there is no text yet. */
  get source(): LookSource | null {
    if (this.#from === 'data') return { from: 'data', start: this.#start, length: Number(this.#length) };
    return this.#text === '' ? null : { from: 'text', text: this.#text };
  }

  /** Reads what was typed. */
  read(): void {
    this.#text = this.typed;
  }

  /** @param total tokens or examples that there are; null: not known yet */
  goTo(start: number, total: number | null): void {
    this.#start = Math.max(0, total === null ? start : Math.min(start, total - 1));
  }

  /** From what people count from 1; false where it is no such number. */
  goToTyped(typed: string, total: number | null): boolean {
    const value = parseNumber(typed);
    if (value === null || !Number.isInteger(value) || value < 1 || (total !== null && value > total)) return false;
    this.#start = value - 1;
    return true;
  }
}
