/** Output of the commands: JSON lines or text on stdout, everything else on stderr. */
import cliProgress from 'cli-progress';

export interface ProgressBar {
  /** `done` of `total` in any unit; null when the end is not known. `text` says what is going on. */
  update(done: number, total: number | null, text: string): void;
  stop(): void;
}

export class Terminal {
  readonly json: boolean;
  /** A bar stands on the terminal's last line. */
  #barShown = false;

  constructor(json: boolean) {
    this.json = json;
  }

  /** One JSON object on a line of its own. Not a number (NaN, infinities) becomes null. */
  event(value: object): void {
    process.stdout.write(JSON.stringify(value) + '\n');
  }

  /** A line for people; nothing under --json. */
  line(text = ''): void {
    if (this.json) return;
    this.#clearBar();
    process.stdout.write(text + '\n');
  }

  /** Part of a longer text; nothing under --json. Raw into a file or a pipe, made harmless for a terminal. */
  text(text: string): void {
    if (!this.json) process.stdout.write(process.stdout.isTTY ? printable(text) : text);
  }

  /** A remark that is not part of the result. */
  note(text: string): void {
    this.#clearBar();
    process.stderr.write(text + '\n');
  }

  /** A bar on stderr where that is a terminal and nobody asked for JSON; nothing otherwise. */
  progress(): ProgressBar {
    if (this.json || !process.stderr.isTTY) return { update() {}, stop() {} };
    const bar = new cliProgress.SingleBar(
      {
        stream: process.stderr,
        format: '{bar} {percentage}% · {text}',
        clearOnComplete: true,
        hideCursor: true,
        fps: 10,
      },
      cliProgress.Presets.shades_classic,
    );
    return {
      update: (done, total, text) => {
        if (!this.#barShown) bar.start(total ?? 1, 0, { text });
        this.#barShown = true;
        bar.setTotal(total ?? 1);
        bar.update(total === null ? 0 : Math.min(done, total), { text });
      },
      stop: () => {
        if (this.#barShown) bar.stop();
        this.#barShown = false;
      },
    };
  }

  /** Lines go above the bar, which draws itself again with its next update. */
  #clearBar(): void {
    if (this.#barShown) process.stderr.write('\r\u001b[K');
  }
}

/** Text of unknown origin for a terminal: control characters, which could move the cursor or worse, become visible. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** Columns under each other; the first row is the heading. Columns of numbers are aligned to the right. */
export function table(rows: readonly (readonly string[])[], alignRight: ReadonlySet<number> = new Set()): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          alignRight.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
