/** The first example of a prepared data set as people read it: what goes into the network, and what is to come out. */
import type { ExampleSet } from '../../engine/protocol.ts';
import { openDataset, type Dataset } from '../../engine/data/dataset.ts';
import type { AnyBatch } from '../../engine/model/task-model.ts';
import { nodeFiles } from '../files.ts';

export interface FirstExample {
  /** Tokens, or the values of the first column; of conditional generation the label. */
  readonly tokens: string[];
  /** What is answered to each of them, or to all together; or the target's tokens. */
  readonly targets: string[];
}

/** @param most no more than so many of each */
export async function firstExample({ directory }: ExampleSet, most: number): Promise<FirstExample> {
  const dataset = await openDataset(nodeFiles(), directory);
  try {
    const batch = dataset.examples('train').fill(Int32Array.of(0));
    const { tokens, targets } = describe(dataset, batch);
    return { tokens: tokens.slice(0, most), targets: targets.slice(0, most) };
  } finally {
    dataset.close();
  }
}

function describe({ codec }: Dataset, batch: AnyBatch): FirstExample {
  const { kind, task, labels, inputColumns, targetColumns } = codec.json;
  const inputs = Array.from(batch.inputs);
  const targets = Array.from(batch.targets!);
  const label = (id: number) => labels![id]!;
  const generated = () => targets.map((id) => codec.targetTokenText(id));
  switch (kind) {
    case 'pairs':
      return { tokens: Array.from(batch.source!, (id) => codec.tokenText(id)), targets: generated() };
    case 'tagged':
      return {
        tokens: inputs.map((id) => codec.tokenText(id)),
        targets: tags(targets, labels!, codec.json.multilabel),
      };
    case 'table': {
      if (task === 'conditional-generation') return { tokens: [label(batch.labels![0]!)], targets: generated() };
      const tokens = inputs.map((id) => codec.tokenText(id));
      if (task === 'classification') return { tokens, targets: [label(targets[0]!)] };
      if (task === 'multilabel') return { tokens, targets: tags(targets, labels!, true) };
      if (task === 'binary') return { tokens, targets: [targets[0] === 1 ? 'yes' : 'no'] };
      return { tokens, targets: [readable(codec.targetScaler!.invert(targets)[0]!)] };
    }
    case 'series':
    case 'rows': {
      const everyFirst = (values: ArrayLike<number>, width: number) =>
        Array.from(values).flatMap((value, i) => (i % width === 0 ? [readable(value)] : []));
      const tokens = everyFirst(codec.inputScaler!.invert(inputs), inputColumns.length);
      if (labels) return { tokens, targets: [label(targets[0]!)] };
      const values = codec.targetScaler!.invert(targets);
      const { forecastAt, horizon } = codec.json;
      // A forecast at every step has the whole horizon at each of them; its first row is the one that follows.
      const width =
        kind === 'series' && forecastAt === 'every-step' ? targetColumns.length * horizon : targetColumns.length;
      return { tokens, targets: everyFirst(values, width) };
    }
  }
}

/** One tag for each id, or of [rows,K] yes and no all labels of each row. */
function tags(targets: readonly number[], labels: readonly string[], several: boolean): string[] {
  if (!several) return targets.map((id) => labels[id]!);
  const K = labels.length;
  return Array.from({ length: targets.length / K }, (_, row) =>
    labels.filter((_label, k) => targets[row * K + k] === 1).join(', '),
  );
}

function readable(value: number): string {
  return String(Number(value.toPrecision(4)));
}
