/** Where the encoded examples of a part lie. */
import type { SafetensorsEntry } from '../export/safetensors.ts';
import type { ExampleData } from './config.ts';
import type { PartName } from './splitting.ts';

/** Data whose examples are texts. */
export type TextData = Exclude<ExampleData, { kind: 'numeric' }>;

/** Where the examples of a part are, and what they are. */
export class PartIndex {
  readonly start: number[] = [];
  readonly length: number[] = [];
  readonly line: number[] = [];
  /** Class, 0 or 1, number, or set of labels. */
  readonly label: number[] = [];
  readonly targetStart: number[] = [];
  readonly targetLength: number[] = [];

  tensors(part: PartName, data: TextData): [string, SafetensorsEntry][] {
    const whole = (values: readonly number[]) => ({ shape: [values.length], data: Int32Array.from(values) });
    const exact = (values: readonly number[]) => ({ shape: [values.length], data: Float64Array.from(values) });
    const all: [string, SafetensorsEntry][] = [
      ['start', exact(this.start)],
      ['length', whole(this.length)],
      ['line', whole(this.line)],
    ];
    if (data.kind === 'table') all.push(['label', data.label.is === 'number' ? exact(this.label) : whole(this.label)]);
    if (data.kind === 'pairs')
      all.push(['targetStart', exact(this.targetStart)], ['targetLength', whole(this.targetLength)]);
    return all.map(([name, entry]) => [`${part}.${name}`, entry]);
  }
}
