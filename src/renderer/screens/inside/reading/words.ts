/** What was read, in words. */
import type { ReadSource } from '../../../../engine/inside/looks/source.ts';
import { insideReading as text } from '../../../lib/messages/inside-reading.ts';

/** "tokens 1 to 2,000 of the 19,999 of the validation part". @param read steps that were */
export function whatWasRead({ from, unit, start, total }: ReadSource, read: number): string {
  return text.which({ from, unit, start, total, read });
}
