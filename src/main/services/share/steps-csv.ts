/** Training steps as lines of text that any program reads, and back to the same bits: JavaScript writes a number as it reads it. */
import type { RecordedStep } from '../../store/metrics.ts';
import { damaged } from './archive.ts';

const columns = [
  'step',
  'epoch',
  'loss',
  'gradNorm',
  'learningRate',
  'tokensPerSecond',
  'elapsed',
  'at',
] as const satisfies readonly (keyof RecordedStep)[];

const noHeader = 'its steps do not begin with the names of their columns';

export const stepsHeader = `${columns.join(',')}\n`;

/** A step's line; a clock that is not known is empty. */
export function stepLine(step: RecordedStep): string {
  return `${columns.map((name) => step[name] ?? '').join(',')}\n`;
}

/** The steps of whole lines, the first of which is the header. @throws ServiceError BAD_INPUT naming the line */
export async function readSteps(lines: AsyncIterable<string>): Promise<RecordedStep[]> {
  const steps: RecordedStep[] = [];
  let number = 0;
  for await (const line of lines) {
    number++;
    if (number === 1) {
      if (`${line}\n` !== stepsHeader) throw damaged(noHeader);
      continue;
    }
    steps.push(parse(line, number, steps.at(-1)?.step ?? -1));
  }
  if (number === 0) throw damaged(noHeader);
  return steps;
}

function parse(line: string, number: number, before: number): RecordedStep {
  const fields = line.split(',');
  const [step, epoch, loss, gradNorm, learningRate, tokensPerSecond, elapsed, clock] = fields.map(numberOf);
  const at = fields[7] === '' ? null : clock;
  const values = { step, epoch, loss, gradNorm, learningRate, tokensPerSecond, elapsed, at };
  // A loss may have grown past every number, but none is missing.
  const areNumbers = Object.values(values).every((value) => value === null || (value !== undefined && value === value));
  const inOrder = Number.isSafeInteger(step) && step! > before;
  if (fields.length !== columns.length || !areNumbers || !inOrder || !(at === null || Number.isSafeInteger(at)))
    throw damaged(`line ${number} of its steps is no training step`);
  return values as RecordedStep;
}

const numberOf = (field: string) => (field.trim() === '' ? Number.NaN : Number(field));
