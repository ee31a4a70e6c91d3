/** Pre-trained word vectors from a text file, as GloVe, word2vec and fastText write them. */
import { CorpusError } from '../corpus/errors.ts';
import { lowerCase } from '../corpus/lowercase.ts';
import type { EngineFiles } from '../files.ts';
import { quoted } from './rows.ts';
import { textLines } from './text-lines.ts';

export interface WordVectors {
  /** Numbers of a vector, E. */
  readonly width: number;
  /** [V,E]; zeros where the file has no vector for a token. */
  readonly matrix: Float32Array;
  /** 1 for each token that has one, [V]. */
  readonly found: Uint8Array;
  /** Tokens that have one. */
  readonly coverage: number;
}

/**
 * A line is a word and its numbers, separated by spaces; a first line of two numbers (how many words, how wide) may stand before.
 * A token takes the vector of its lower case where it has none of its own. Of a word that is there twice the first counts.
 * @param vocabulary token by id
 * @param width numbers that a vector must have
 * @throws CorpusError naming the line that is no vector of that width
 */
export async function readWordVectors(
  files: EngineFiles,
  path: string,
  vocabulary: readonly string[],
  width: number,
  signal: AbortSignal,
  onRead?: (bytes: number) => void,
): Promise<WordVectors> {
  const matrix = new Float32Array(vocabulary.length * width);
  /** 1: by its lower case; 2: by itself. */
  const rank = new Uint8Array(vocabulary.length);
  const wanted = places(vocabulary);
  for await (const lines of textLines(files, path, { signal, ...(onRead ? { onRead } : {}) })) {
    for (const { line, text } of lines) {
      // Only these separate cells: a no-break space may be a word.
      const cells = text.replace(/[ \t]+$/u, '').split(/[ \t]+/u);
      if (line === 1 && cells.length === 2 && cells.every((cell) => /^\d+$/.test(cell))) {
        requireWidth(line, Number(cells[1]), width);
        continue;
      }
      if (cells.length === 1 && cells[0] === '') continue;
      if (cells.length <= width) requireWidth(line, cells.length - 1, width);
      // GloVe's largest file has words with spaces in them: the numbers are what comes last.
      const word = cells.slice(0, cells.length - width).join(' ');
      if (cells.length > width + 1 && Number.isFinite(Number(cells[cells.length - width - 1]))) {
        requireWidth(line, numbersAtEnd(cells), width);
      }
      const ids = wanted.get(word);
      if (ids === undefined) continue;
      const vector = numbers(cells.slice(-width), line, word);
      for (const id of ids) {
        const own = vocabulary[id] === word ? 2 : 1;
        if (rank[id]! >= own) continue;
        rank[id] = own;
        matrix.set(vector, id * width);
      }
    }
  }
  const found = rank.map((value) => (value > 0 ? 1 : 0));
  return { width, matrix, found, coverage: found.reduce((sum, value) => sum + value, 0) };
}

/** Ids by the words whose vectors they could take: each token's own, and its lower case. */
function places(vocabulary: readonly string[]): Map<string, number[]> {
  const wanted = new Map<string, number[]>();
  vocabulary.forEach((token, id) => {
    for (const word of new Set([token, lowerCase(token)])) {
      const ids = wanted.get(word);
      if (ids) ids.push(id);
      else wanted.set(word, [id]);
    }
  });
  return wanted;
}

function numbersAtEnd(cells: readonly string[]): number {
  let count = 0;
  while (count < cells.length - 1 && Number.isFinite(Number(cells[cells.length - 1 - count]))) count++;
  return count;
}

function requireWidth(line: number, have: number, width: number): void {
  if (have === width) return;
  throw new CorpusError(
    `The word vectors, line ${line}: the vector has ${have} numbers, and the embedding is ${width} wide. Make the embedding ${have} wide if all vectors are, or choose another file.`,
  );
}

function numbers(cells: readonly string[], line: number, word: string): Float64Array {
  const vector = Float64Array.from(cells, Number);
  const wrong = vector.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return vector;
  throw new CorpusError(
    `The word vectors, line ${line}: ${quoted(cells[wrong]!)} in the vector of ${quoted(word)} is not a number.`,
  );
}
