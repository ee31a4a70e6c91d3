/** What a run answers, for people: in full for one question, a line for each of several. */
import type {
  ForecastPrediction,
  LabelProbability,
  Prediction,
  ReadText,
  RowClassesPrediction,
  TagsPrediction,
  TranslationPrediction,
} from '../../../engine/inference/prediction.ts';
import { share, significant } from './format.ts';
import { printable, table, type Terminal } from './terminal.ts';

/** Classes that are shown of one answer. */
const mostClasses = 20;

export class PredictionView {
  readonly #terminal: Terminal;
  /** Answers so far may have been wider than this one. */
  #width = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** @param input the text, where it is one of several; null where it was the only question */
  show(prediction: Prediction, input: string | null): void {
    if (input === null) {
      if ('read' in prediction) this.#remark(prediction.read);
      if (prediction.kind === 'tags') this.#remark(unknownOf(prediction));
      this.#terminal.line(inFull(prediction));
      return;
    }
    const answer = inOneLine(prediction);
    this.#width = Math.max(this.#width, answer.length);
    // A translation or a tagged sentence holds the text; beside the others it stands to be recognised.
    const alone = prediction.kind === 'translations' || prediction.kind === 'tags';
    this.#terminal.line(alone ? answer : `${answer.padEnd(this.#width)}  ${printable(input)}`);
  }

  #remark({ unknown, truncated }: Pick<ReadText, 'unknown' | 'truncated'>): void {
    if (unknown.length > 0) {
      const shown = unknown.map((token) => JSON.stringify(token)).join(', ');
      this.#terminal.note(`Not in this run's vocabulary, so read as <unk>: ${shown}`);
    }
    if (truncated) this.#terminal.note('The text is longer than the run reads: its end is left out.');
  }
}

function unknownOf({ tokens }: TagsPrediction): Pick<ReadText, 'unknown' | 'truncated'> {
  const unknown = tokens.filter(({ known }) => !known).map(({ token }) => token);
  return { unknown: [...new Set(unknown)], truncated: false };
}

function inFull(prediction: Prediction): string {
  switch (prediction.kind) {
    case 'class':
      return probabilities(prediction.classes);
    case 'labels':
      return table(
        prediction.labels.map(({ label, probability, chosen }) => [
          ...[chosen ? '✓' : ' ', printable(label), share(probability)],
        ]),
        new Set([2]),
      );
    case 'yes-or-no': {
      const { yes, probability } = prediction;
      return `${yes ? 'yes' : 'no'}  ${share(yes ? probability : 1 - probability)}`;
    }
    case 'value':
      return inOneLine(prediction);
    case 'tags':
      return tags(prediction);
    case 'translations':
      return translations(prediction);
    case 'generated':
      return prediction.samples.map(({ text, finished }) => printable(text) + (finished ? '' : ' …')).join('\n');
    case 'forecast':
      return steps(prediction);
    case 'row-classes':
      return rowClasses(prediction);
    case 'row-values':
      return numbers(
        'ROW',
        prediction.columns,
        prediction.rows.map((row, i) => [String(i + 1), row]),
      );
  }
}

/** For answers to texts; the other kinds are in full. */
function inOneLine(prediction: Prediction): string {
  switch (prediction.kind) {
    case 'class': {
      const [best] = prediction.classes;
      return best ? `${share(best.probability).padStart(7)}  ${printable(best.label)}` : '';
    }
    case 'labels': {
      const chosen = prediction.labels.filter((label) => label.chosen);
      return chosen.map(({ label, probability }) => `${printable(label)} ${share(probability)}`).join(', ') || '(none)';
    }
    case 'yes-or-no': {
      const { yes, probability } = prediction;
      return `${share(yes ? probability : 1 - probability).padStart(7)}  ${yes ? 'yes' : 'no'}`;
    }
    case 'value':
      return significant(prediction.value, 4);
    case 'tags':
      return prediction.tokens.map(({ token, tags }) => printable(`${token}/${tags.join('+')}`)).join(' ');
    case 'translations':
      return printable(prediction.translations[0]?.text ?? '');
    default:
      return inFull(prediction);
  }
}

function probabilities(classes: readonly LabelProbability[]): string {
  const shown = classes.slice(0, mostClasses);
  const more = classes.length > shown.length ? `\n… and ${classes.length - shown.length} more (--json has all)` : '';
  return (
    table(
      shown.map(({ label, probability }) => [printable(label), share(probability)]),
      new Set([1]),
    ) + more
  );
}

function tags({ tokens }: TagsPrediction): string {
  const rows = tokens.map(({ token, tags: given, probabilities: all }) => {
    const probability = (tag: string) => share(all.find(({ label }) => label === tag)?.probability ?? 0);
    // One tag has a column for its probability; several have theirs beside them.
    const [only] = given;
    const cells =
      given.length === 1 && only !== undefined
        ? [printable(only), probability(only)]
        : [given.map((tag) => `${printable(tag)} ${probability(tag)}`).join(', ') || '(none)'];
    return [printable(token), ...cells];
  });
  return table(rows, new Set([2]));
}

function translations({ translations: found }: TranslationPrediction): string {
  if (found.length === 1) return printable(found[0]!.text) + (found[0]!.finished ? '' : ' …');
  return table(found.map(({ text, score, finished }) => [score.toFixed(3), printable(text) + (finished ? '' : ' …')]));
}

function steps({ columns, steps: rows }: ForecastPrediction): string {
  return numbers(
    'STEP',
    columns,
    rows.map((row, i) => [`+${i + 1}`, row]),
  );
}

function numbers(
  what: string,
  columns: readonly string[],
  rows: readonly (readonly [string, readonly number[]])[],
): string {
  const heading = [what, ...columns.map(printable)];
  const body = rows.map(([name, row]) => [name, ...row.map((value) => significant(value, 5))]);
  return table([heading, ...body], new Set(heading.map((_, i) => i)));
}

function rowClasses({ rows }: RowClassesPrediction): string {
  const body = rows.map((classes, i) => {
    const [best, second] = classes;
    return [
      String(i + 1),
      ...(best ? [printable(best.label), share(best.probability)] : ['', '']),
      second ? `${printable(second.label)} ${share(second.probability)}` : '',
    ];
  });
  return table([['ROW', 'CLASS', 'PROBABILITY', 'NEXT'], ...body], new Set([0, 2]));
}
