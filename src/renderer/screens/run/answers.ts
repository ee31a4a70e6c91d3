/** What a sample's answers say, taken apart for reading. */
import type { Sample } from '../../../api/types.ts';

export type Answer = Extract<NonNullable<Sample['detail']>, { kind: 'answers' }>['answers'][number];

export interface AlignedTag {
  readonly token: string;
  readonly tag: string;
  /** What it should be, where that is something else. */
  readonly instead: string | null;
}

/** A tagged sentence token by token; null where tokens and tags cannot be told apart because they contain spaces. */
export function alignedTags({ input, answer, expected }: Answer): AlignedTag[] | null {
  const [tokens, tags, truth] = [input, answer, expected ?? answer].map((text) => text.split(' ')) as [
    string[],
    string[],
    string[],
  ];
  if (tokens.length !== tags.length || tokens.length !== truth.length) return null;
  return tokens.map((token, i) => ({ token, tag: tags[i]!, instead: truth[i] === tags[i] ? null : truth[i]! }));
}
