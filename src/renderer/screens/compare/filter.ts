/**
 * Filters of runs as people type them: `cell = lstm and hidden >= 256`.
 *
 *     filter      = all, { "or", all }
 *     all         = one, { "and", one }
 *     one         = "not", one | "(", filter, ")" | comparison
 *     comparison  = name, operator, value | name, "in", "(", value, { ",", value }, ")" | name
 *     operator    = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
 *     value       = number | word | "text in quotes"
 *
 * A name alone is true of what is switched on; `~` looks for a regular expression. Upper and lower case are the same. Libraries with such
 * a language (filtrex) compile it with eval, which the page's security policy forbids, and want quotation marks around every word.
 */
import type { Run } from '../../../api/types.ts';
import type { Facet, FacetValue } from './facets.ts';

/** What is wrong with a filter, and where: `at` counts characters from 0. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export type Matches = (run: Run) => boolean;

interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'operator' | 'end';
  readonly text: string;
  readonly at: number;
}

const operators = ['=', '==', '!=', '<', '<=', '>', '>=', '~', '!~'] as const;
const lexical =
  /\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w.]))|(==|!=|<=|>=|!~|[=<>~(),])|([^\s"=<>~!(),]+))/iy;

/** Whether this is meant as a filter, not as words to look for. */
export function looksLikeFilter(typed: string): boolean {
  return /[=<>~]|\bin\s*\(|^\s*(not\b|\()/i.test(typed);
}

/** @throws FilterError */
export function parseFilter(typed: string, facets: readonly Facet[]): Matches {
  const parser = new Parser(typed, facets);
  return parser.parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #facets: ReadonlyMap<string, Facet>;
  #next = 0;

  constructor(typed: string, facets: readonly Facet[]) {
    this.#tokens = tokensOf(typed);
    const aliases = facets.flatMap((facet) => (facet.aliases ?? []).map((name) => [plain(name), facet] as const));
    this.#facets = new Map([...aliases, ...facets.map((facet) => [plain(facet.name), facet] as const)]);
  }

  parse(): Matches {
    const matches = this.#any();
    const rest = this.#peek();
    if (rest.kind !== 'end') {
      throw new FilterError(`"${rest.text}" is not expected here. Put "and" or "or" between conditions.`, rest.at);
    }
    return matches;
  }

  #any(): Matches {
    const parts = [this.#all()];
    while (this.#takes('or')) parts.push(this.#all());
    return parts.length === 1 ? parts[0]! : (run) => parts.some((part) => part(run));
  }

  #all(): Matches {
    const parts = [this.#one()];
    while (this.#takes('and')) parts.push(this.#one());
    return parts.length === 1 ? parts[0]! : (run) => parts.every((part) => part(run));
  }

  #one(): Matches {
    if (this.#takes('not')) {
      const one = this.#one();
      return (run) => !one(run);
    }
    const open = this.#peek();
    if (this.#takes('(')) {
      const inner = this.#any();
      if (!this.#takes(')')) throw new FilterError('This bracket is never closed.', open.at);
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Matches {
    const facet = this.#facet();
    const token = this.#peek();
    if (this.#takes('in')) return this.#in(facet);
    const operator = operators.find((one) => token.kind === 'operator' && one === token.text);
    if (operator === undefined) {
      if (token.kind === 'number' || token.kind === 'text') {
        throw new FilterError(
          `Between "${facet.name}" and "${token.text}" an operator is missing, such as = or >=.`,
          token.at,
        );
      }
      return (run) => isOn(facet.value(run));
    }
    this.#next++;
    const value = this.#value(`after "${operator}"`);
    if (operator === '~' || operator === '!~') {
      const pattern = patternOf(value);
      return (run) => pattern.test(String(facet.value(run) ?? '')) === (operator === '~');
    }
    if (operator === '=' || operator === '==') return (run) => isEqual(facet.value(run), value.text);
    if (operator === '!=') return (run) => !isEqual(facet.value(run), value.text);
    const number = value.kind === 'text' ? NaN : Number(value.text);
    if (Number.isNaN(number)) {
      throw new FilterError(`After "${operator}" stands a number, not "${value.text}".`, value.at);
    }
    const compare = { '<': lower, '<=': lowerOrEqual, '>': higher, '>=': higherOrEqual }[operator];
    return (run) => {
      const own = facet.value(run);
      return typeof own === 'number' && compare(own, number);
    };
  }

  #in(facet: Facet): Matches {
    const open = this.#peek();
    if (!this.#takes('(')) throw new FilterError('After "in" stands a list in brackets: in (lstm, gru).', open.at);
    const values = [this.#value('in the list').text];
    while (this.#takes(',')) values.push(this.#value('after the comma').text);
    if (!this.#takes(')')) throw new FilterError('This bracket is never closed.', open.at);
    return (run) => values.some((value) => isEqual(facet.value(run), value));
  }

  #facet(): Facet {
    const token = this.#peek();
    if (token.kind === 'end') throw new FilterError('Here the name of a setting or a result is missing.', token.at);
    if (token.kind !== 'word' && token.kind !== 'text') {
      throw new FilterError(`Here stands the name of a setting or a result, not "${token.text}".`, token.at);
    }
    const facet = this.#facets.get(plain(token.text));
    if (!facet) {
      const near = nearest(plain(token.text), [...this.#facets.keys()]);
      const hint = near === null ? '' : ` Did you mean "${this.#facets.get(near)!.name}"?`;
      throw new FilterError(`No setting or result is called "${token.text}".${hint}`, token.at);
    }
    this.#next++;
    return facet;
  }

  #value(where: string): Token {
    const token = this.#peek();
    if (token.kind === 'end') throw new FilterError(`A value is missing ${where}.`, token.at);
    if (token.kind === 'operator')
      throw new FilterError(`A value is missing ${where}; "${token.text}" is none.`, token.at);
    this.#next++;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** Passes over a word or sign if it stands here. */
  #takes(text: string): boolean {
    const token = this.#peek();
    const found = (token.kind === 'word' || token.kind === 'operator') && token.text.toLowerCase() === text;
    if (found) this.#next++;
    return found;
  }
}

function tokensOf(typed: string): Token[] {
  const tokens: Token[] = [];
  const end = typed.trimEnd().length;
  let from = 0;
  while (from < end) {
    lexical.lastIndex = from;
    const found = lexical.exec(typed);
    const at = from + (/^\s*/.exec(typed.slice(from))?.[0].length ?? 0);
    if (!found) {
      throw new FilterError(
        typed[at] === '"' ? 'This quotation mark is never closed.' : `"${typed[at]}" has no meaning here.`,
        at,
      );
    }
    const [, quoted, number, operator, word] = found;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll(/\\(.)/g, '$1'), at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, at });
    else tokens.push({ kind: 'word', text: word!, at });
    from = lexical.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', at: end });
  return tokens;
}

function patternOf({ text, at }: Token): RegExp {
  try {
    return new RegExp(text, 'iu');
  } catch (error) {
    throw new FilterError(`"${text}" is no regular expression: ${reasonOf(error)}.`, at);
  }
}

/** "Unterminated group", of "Invalid regular expression: /(/u: Unterminated group". */
export function reasonOf(error: unknown): string {
  return (error as Error).message.split(': ').at(-1)!.replace(/\.$/, '');
}

const lower = (a: number, b: number) => a < b;
const lowerOrEqual = (a: number, b: number) => a <= b;
const higher = (a: number, b: number) => a > b;
const higherOrEqual = (a: number, b: number) => a >= b;

const yes = ['true', 'yes', 'on'];
const no = ['false', 'no', 'off'];

/** `none` is the value of what is not set. */
function isEqual(own: FacetValue, wanted: string): boolean {
  const word = wanted.toLowerCase();
  if (own === null || own === '') return word === 'none' || word === '';
  if (typeof own === 'boolean') return (own ? yes : no).includes(word);
  if (typeof own === 'number') return own === Number(wanted);
  return own.toLowerCase() === word || own.split(', ').some((part) => part.toLowerCase() === word);
}

function isOn(own: FacetValue): boolean {
  return own !== null && own !== false && own !== '' && own !== 0 && own !== 'none';
}

/** `learning_rate`, `learningRate` and `Learning-rate` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** The name that is fewest edits away, if that is a likely slip. */
function nearest(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const other of names) {
    const distance = editsBetween(name, other);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** Levenshtein 1966. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
