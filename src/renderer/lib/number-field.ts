/** Numbers as people type them, and what is wrong with one that a schema refuses. */
import { setting } from './format.ts';
import { fields as text } from './messages/fields.ts';

/** What a typed number means: null where nothing is typed, NaN where it is none. "1,000" and "2e-3" are numbers. */
export function parseNumber(typed: string): number | null {
  const bare = typed.trim().replace(/^([+-]?\d{1,3}(?:,\d{3})+)(?=\.|$)/, (grouped) => grouped.replaceAll(',', ''));
  if (bare === '') return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : NaN;
}

export interface TypedNumber {
  readonly typed: string;
  /** May be left empty. */
  readonly optional: boolean;
  /** How a limit is written beside the field. */
  readonly write?: (limit: number) => string;
}

/** What of an issue of zod a sentence is made from. */
export interface Issue {
  readonly code?: string;
  readonly message: string;
  readonly expected?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
}

/** One sentence for a schema's issue; the schema's own where it has one. */
export function issueSentence(issue: Issue, { typed, optional, write = setting }: TypedNumber): string {
  switch (issue.code) {
    case 'too_small':
      return (issue.inclusive === false ? text.above : text.atLeast)(write(Number(issue.minimum)));
    case 'too_big':
      return (issue.inclusive === false ? text.below : text.atMost)(write(Number(issue.maximum)));
    case 'invalid_type':
      if (typed.trim() === '') return text.missing;
      return issue.expected === 'int' ? text.whole(typed.trim()) : text.notANumber(typed.trim(), optional);
    default:
      return issue.message;
  }
}
