/** The examples of a part of tagged sentences, labelled texts or pairs. */
import { noTarget } from '../corpus/batches.ts';
import type { TokenSource } from '../corpus/token-source.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import type { SequenceBatch } from '../model/batch.ts';
import type { AnyBatch } from '../model/task-model.ts';
import { SPECIALS, type ExampleCodec } from './codec.ts';
import type { Examples } from './example-batches.ts';
import { sideBySide, toGenerate } from './sequence-arrays.ts';

export interface TextStore {
  readonly codec: ExampleCodec;
  readonly tokens: TokenSource;
  readonly targets: TokenSource;
  readonly labelSets: readonly (readonly number[])[] | null;
}

/** A tensor of the index by its name; an error where it is not there. */
export type Entry = (name: string) => SafetensorsEntry['data'];

export class TextExamples implements Examples {
  readonly count: number;
  readonly lengths: ArrayLike<number>;
  readonly lines: ArrayLike<number>;
  readonly #store: TextStore;
  readonly #entry: Entry;
  readonly #start: ArrayLike<number>;
  readonly #length: ArrayLike<number>;

  constructor(store: TextStore, entry: Entry) {
    this.#store = store;
    this.#entry = entry;
    this.#start = entry('start');
    this.#length = entry('length');
    this.lines = entry('line');
    this.count = this.#length.length;
    this.lengths = store.codec.json.kind === 'pairs' ? this.#pairLengths() : this.#length;
  }

  fill(indices: Int32Array): AnyBatch {
    switch (this.#store.codec.json.kind) {
      case 'tagged':
        return this.#tagged(indices);
      case 'pairs':
        return this.#pairs(indices);
      default:
        return this.#store.codec.json.task === 'conditional-generation'
          ? this.#conditional(indices)
          : this.#labelled(indices);
    }
  }

  /** Sorting by source length first and target length within keeps both sides' padding low. */
  #pairLengths(): Float64Array {
    const target = this.#entry('targetLength');
    const most = Array.from(target).reduce((a, b) => Math.max(a, b), 0) + 1;
    return Float64Array.from(this.#length, (length, i) => length * most + target[i]!);
  }

  /** Ids of examples in a file, each plus `offset`. */
  #read(
    source: TokenSource,
    indices: Int32Array,
    start: ArrayLike<number>,
    length: ArrayLike<number>,
    offset: number,
  ): Int32Array[] {
    return Array.from(indices, (index) => {
      const ids = new Int32Array(length[index]!);
      source.read(start[index]!, ids);
      if (offset > 0) for (let i = 0; i < ids.length; i++) ids[i]! += offset;
      return ids;
    });
  }

  #tokens(indices: Int32Array): Int32Array[] {
    return this.#read(this.#store.tokens, indices, this.#start, this.#length, this.#store.codec.inputOffset);
  }

  #tagged(indices: Int32Array): SequenceBatch {
    const { T, B, lengths, ids } = sideBySide(this.#tokens(indices));
    const tags = this.#read(this.#store.targets, indices, this.#start, this.#length, 0);
    const targets = sideBySide(tags, noTarget).ids;
    const { labelSets } = this.#store;
    return { T, B, lengths, inputs: ids, targets: labelSets ? this.#yesOrNo(targets, labelSets) : targets };
  }

  #labelled(indices: Int32Array): SequenceBatch {
    const { T, B, lengths, ids } = sideBySide(this.#tokens(indices));
    return { T, B, lengths, inputs: ids, targets: this.#answers(indices) };
  }

  /** One row for each example. */
  #answers(indices: Int32Array): Int32Array | Float64Array {
    const label = this.#entry('label');
    const { codec, labelSets } = this.#store;
    const values = Array.from(indices, (index) => label[index]!);
    if (codec.json.task === 'classification') return Int32Array.from(values);
    if (labelSets) return this.#yesOrNo(values, labelSets);
    return codec.targetScaler ? codec.targetScaler.apply(values) : Float64Array.from(values);
  }

  /** [rows,K] of 0 and 1 from sets of labels; zeros where there is none (-1). */
  #yesOrNo(sets: ArrayLike<number>, labelSets: readonly (readonly number[])[]): Float64Array {
    const K = this.#store.codec.labels!.length;
    const targets = new Float64Array(sets.length * K);
    for (let row = 0; row < sets.length; row++) {
      for (const label of labelSets[sets[row]!] ?? []) targets[row * K + label] = 1;
    }
    return targets;
  }

  #conditional(indices: Int32Array): AnyBatch {
    const label = this.#entry('label');
    const labels = Int32Array.from(indices, (index) => label[index]!);
    return { ...toGenerate(this.#tokens(indices)), labels };
  }

  #pairs(indices: Int32Array): AnyBatch {
    const { T: Tx, lengths: sourceLengths, ids: source } = sideBySide(this.#tokens(indices));
    const [start, length] = [this.#entry('targetStart'), this.#entry('targetLength')];
    const answers = this.#read(this.#store.targets, indices, start, length, SPECIALS);
    return { ...toGenerate(answers), Tx, source, sourceLengths };
  }
}
