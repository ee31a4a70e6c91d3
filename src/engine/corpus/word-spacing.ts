/**
 * Where spaces go when words become text again. They were not kept, so this is typography, not memory. It never joins two
 * tokens into what would be read as one: encoding the text again gives the same tokens.
 */
import { classAt } from './pieces.ts';
import { CLASS } from './unicode-classes.ts';

/** Closing marks stand at the word before them … */
const noSpaceBefore = /^[.,;:!?…%)\]}»”’›、。，．；：！？）］｝」』】〉》·]\p{M}*$/u;
/** … opening marks at the word after them. */
const noSpaceAfter = /^[([{«“‘‹„‚¿¡（［｛「『【〈《]\p{M}*$/u;
/** Between full-width marks and unspaced scripts there are no spaces either. */
const fullWidth = /^[、。，．；：！？）］｝」』】〉》（［｛「『【〈《]$/u;

const zeroWidthJoiner = '\u200d';

const encoder = new TextEncoder();

export class WordSpacing {
  /** Words of a prepared corpus are separated by spaces and nothing else. */
  readonly #prepared: boolean;
  /** The token before, null at the beginning of a line. */
  #before: string | null = null;
  /** A straight double quotation mark is open. */
  #quoted = false;
  /** The token before opened a quotation with a straight mark. */
  #justOpened = false;

  constructor(prepared: boolean) {
    this.#prepared = prepared;
  }

  /** The text that a token adds: itself, with a space before it where one belongs. */
  next(token: string): string {
    if (token === '\n') {
      this.#before = null;
      this.#quoted = false;
      this.#justOpened = false;
      return token;
    }
    const closes = token === '"' && this.#quoted;
    const space = this.#before !== null && (this.#prepared || this.#spaced(this.#before, token, closes));
    this.#justOpened = token === '"' && !this.#quoted;
    if (token === '"') this.#quoted = !this.#quoted;
    this.#before = token;
    return space ? ` ${token}` : token;
  }

  #spaced(before: string, token: string, closes: boolean): boolean {
    const kind = classAt(encoder.encode(token), 0);
    if (kind === CLASS.mark || kind === CLASS.modifier || before.endsWith(zeroWidthJoiner)) return true;
    if (before === '-' && token === '-') return false; // a dash, typed
    if (closes || this.#justOpened || noSpaceBefore.test(token) || noSpaceAfter.test(before)) return false;
    return !(isUnspaced(before) && isUnspaced(token));
  }
}

function isUnspaced(token: string): boolean {
  return classAt(encoder.encode(token), 0) === CLASS.unspaced || fullWidth.test(token);
}
