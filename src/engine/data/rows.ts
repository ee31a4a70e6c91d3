/** What readers give: an example, or what is wrong where one should be. */

export interface Row<Example> {
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
  /** null where there is a problem. */
  readonly example: Example | null;
  /** A sentence. */
  readonly problem: string | null;
}

export interface Problem {
  readonly line: number;
  readonly message: string;
}

export function good<Example>(line: number, example: Example): Row<Example> {
  return { line, example, problem: null };
}

export function bad(line: number, problem: string): Row<never> {
  return { line, example: null, problem };
}

/** A cell as a message shows it. */
export function quoted(cell: string): string {
  const short = cell.length > 40 ? `${cell.slice(0, 40).toWellFormed()}…` : cell;
  return JSON.stringify(short);
}

/** Problems in order, the first of them kept and all counted. */
export class ProblemList {
  /** The first ones. */
  readonly kept: Problem[] = [];
  count = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(line: number, message: string): void {
    this.count++;
    if (this.kept.length < this.#most) this.kept.push({ line, message });
  }

  /** Problems beyond those kept. */
  get more(): number {
    return this.count - this.kept.length;
  }
}
