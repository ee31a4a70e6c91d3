/** Sentences with a tag for every token: CoNLL-U, the older CoNLL formats, token and tag. */
import type { EngineFiles } from '../files.ts';
import type { TaggedConfig } from './config.ts';
import { bad, good, type Row } from './rows.ts';
import { textLines, tooLongMessage, type Line, type Reading } from './text-lines.ts';

export interface TaggedSentence {
  readonly tokens: readonly string[];
  /** The cell of each token's tag column. */
  readonly tags: readonly string[];
}

/** What a reader passes over, because the format says so. */
export interface TaggedSkips {
  /** CoNLL-U: lines of multiword tokens (1-2), whose words follow, and of empty nodes (1.1), which are not in the text. */
  ranges: number;
  emptyNodes: number;
  comments: number;
}

type Cells =
  { readonly cells: readonly string[] } | { readonly skip: keyof TaggedSkips } | { readonly problem: string };

/** Sentences are reported by the line of their first token; a bad one by that of its first bad token. */
export async function* readTagged(
  files: EngineFiles,
  path: string,
  config: TaggedConfig,
  reading: Reading,
  skips: TaggedSkips = { ranges: 0, emptyNodes: 0, comments: 0 },
): AsyncGenerator<Row<TaggedSentence>[]> {
  const sentence = new Sentence(config, skips);
  for await (const lines of textLines(files, path, reading)) {
    const rows: Row<TaggedSentence>[] = [];
    for (const line of lines) {
      const row = line.text.trim() === '' ? sentence.end() : sentence.add(line);
      if (row) rows.push(row);
    }
    yield rows;
  }
  const row = sentence.end();
  if (row) yield [row];
}

class Sentence {
  readonly #config: TaggedConfig;
  readonly #skips: TaggedSkips;
  #tokens: string[] = [];
  #tags: string[] = [];
  #line = 0;
  #problem: { readonly line: number; readonly message: string } | null = null;

  constructor(config: TaggedConfig, skips: TaggedSkips) {
    this.#config = config;
    this.#skips = skips;
  }

  add(line: Line): null {
    const parsed = line.tooLong ? { problem: tooLongMessage } : this.#cells(line.text);
    if ('skip' in parsed) {
      this.#skips[parsed.skip]++;
      return null;
    }
    this.#line ||= line.line;
    const problem = 'problem' in parsed ? parsed.problem : this.#take(parsed.cells);
    if (problem) this.#problem ??= { line: line.line, message: problem };
    return null;
  }

  /** The sentence that ends here; null if none began. */
  end(): Row<TaggedSentence> | null {
    if (this.#line === 0) return null;
    const row = this.#problem
      ? bad(this.#problem.line, this.#problem.message)
      : good(this.#line, { tokens: this.#tokens, tags: this.#tags });
    this.#tokens = [];
    this.#tags = [];
    this.#line = 0;
    this.#problem = null;
    // CoNLL-2003 marks the beginnings of documents with a sentence of this one token.
    return row.example?.tokens.length === 1 && row.example.tokens[0] === '-DOCSTART-' ? null : row;
  }

  #cells(text: string): Cells {
    const { format, separator } = this.#config;
    if (format === 'conllu') return conlluCells(text);
    if (separator === 'space') return { cells: text.trim().split(/[ \t]+/u) };
    // A token may be "#", and may begin with it.
    if (text.startsWith('#') && (text.startsWith('# ') || !text.includes('\t'))) return { skip: 'comments' };
    return { cells: text.split('\t') };
  }

  #take(cells: readonly string[]): string | null {
    const { tokenColumn, tagColumn, separator, format } = this.#config;
    const needed = Math.max(tokenColumn, tagColumn);
    if (cells.length < needed) {
      const have = cells.length === 1 ? 'one column' : `${cells.length} columns`;
      const between = format === 'conllu' || separator === 'tab' ? 'tabs' : 'spaces';
      return `The line has ${have}, and column ${needed} is needed (columns are separated by ${between}): a token without a tag?`;
    }
    const token = cells[tokenColumn - 1]!.trim();
    const tag = cells[tagColumn - 1]!.trim();
    if (token === '') return `The token (column ${tokenColumn}) is missing.`;
    if (tag === '' && this.#config.tagSeparator === null) return `The tag (column ${tagColumn}) is missing.`;
    this.#tokens.push(token);
    this.#tags.push(tag);
    return null;
  }
}

const columnsOfConllu = 10;

function conlluCells(text: string): Cells {
  if (text.startsWith('#')) return { skip: 'comments' };
  const cells = text.split('\t');
  const id = cells[0]!;
  if (/^\d+-\d+$/.test(id)) return { skip: 'ranges' };
  if (/^\d+\.\d+$/.test(id)) return { skip: 'emptyNodes' };
  if (!/^\d+$/.test(id)) {
    return {
      problem: 'The line does not begin with a word number: in CoNLL-U it has ten columns, the first of them 1, 2, 3 …',
    };
  }
  if (cells.length !== columnsOfConllu) {
    return {
      problem: `The line has ${cells.length} of the ${columnsOfConllu} columns of CoNLL-U (separated by tabs).`,
    };
  }
  return { cells };
}
