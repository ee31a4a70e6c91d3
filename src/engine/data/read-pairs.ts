/** A source and a target text: two columns of one file, or the lines of two. */
import type { EngineFiles } from '../files.ts';
import type { PairsConfig } from './config.ts';
import { readColumns, type TakeColumns } from './read-table.ts';
import { bad, good, type Row } from './rows.ts';
import { textLines, tooLongMessage, type Line, type Reading } from './text-lines.ts';

export interface TextPair {
  readonly source: string;
  readonly target: string;
}

/** @param targetPath the file whose lines are the targets of the other's; null: both are columns of one */
export async function* readPairs(
  files: EngineFiles,
  path: string,
  targetPath: string | null,
  config: PairsConfig,
  reading: Reading,
  onColumns?: TakeColumns,
): AsyncGenerator<Row<TextPair>[]> {
  if (targetPath !== null) {
    yield* readAligned(files, path, targetPath, reading);
    return;
  }
  const columns = [config.sourceColumn, config.targetColumn];
  for await (const rows of readColumns(files, path, config, columns, reading, onColumns)) {
    yield rows.map((row) =>
      row.example ? pair(row.line, row.example[0]!, row.example[1]!) : { ...row, example: null },
    );
  }
}

function pair(line: number, source: string, target: string): Row<TextPair> {
  const empty = [source.trim() === '' ? 'source' : null, target.trim() === '' ? 'target' : null].filter(Boolean);
  if (empty.length > 0)
    return bad(line, `The ${empty.join(' and the ')} text ${empty.length > 1 ? 'are' : 'is'} empty.`);
  return good(line, { source: source.trim(), target: target.trim() });
}

async function* readAligned(
  files: EngineFiles,
  path: string,
  targetPath: string,
  reading: Reading,
): AsyncGenerator<Row<TextPair>[]> {
  const sources = new LineQueue(textLines(files, path, reading));
  const targets = new LineQueue(textLines(files, targetPath, reading));
  try {
    for (;;) {
      const rows: Row<TextPair>[] = [];
      while (sources.ready && targets.ready) rows.push(alignedPair(sources.take(), targets.take()));
      if (rows.length > 0) yield rows;
      const [moreSources, moreTargets] = [await sources.fill(), await targets.fill()];
      if (moreSources && moreTargets) continue;
      if (moreSources || moreTargets) yield [await lengthProblem(sources, targets)];
      return;
    }
  } finally {
    await sources.close();
    await targets.close();
  }
}

function alignedPair(source: Line, target: Line): Row<TextPair> {
  if (source.tooLong || target.tooLong) return bad(source.line, tooLongMessage);
  return pair(source.line, source.text, target.text);
}

/** One file is longer: which, and by how much. The pairs before the end of the shorter may well be out of step too. */
async function lengthProblem(sources: LineQueue, targets: LineQueue): Promise<Row<never>> {
  const [ofSource, ofTarget] = [await sources.countAll(), await targets.countAll()];
  const shorter = Math.min(ofSource, ofTarget);
  const numbers = `the source has ${ofSource.toLocaleString('en-US')} lines, the target ${ofTarget.toLocaleString('en-US')}`;
  return bad(
    shorter + 1,
    `The files are not line-aligned: ${numbers}. From this line on there is nothing to pair, and pairs before it may be out of step.`,
  );
}

/** Lines of a file as they are asked for. */
class LineQueue {
  readonly #blocks: AsyncGenerator<Line[]>;
  #block: readonly Line[] = [];
  #at = 0;
  #last = 0;

  constructor(blocks: AsyncGenerator<Line[]>) {
    this.#blocks = blocks;
  }

  /** A line can be taken. */
  get ready(): boolean {
    return this.#at < this.#block.length;
  }

  take(): Line {
    const line = this.#block[this.#at++]!;
    this.#last = line.line;
    return line;
  }

  /** Whether there is a line, which is then ready. */
  async fill(): Promise<boolean> {
    while (!this.ready) {
      const { done, value } = await this.#blocks.next();
      if (done) return false;
      this.#block = value;
      this.#at = 0;
    }
    return true;
  }

  /** Lines of the whole file; takes what is left of them. */
  async countAll(): Promise<number> {
    while (await this.fill()) this.take();
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#blocks.return(undefined);
  }
}
