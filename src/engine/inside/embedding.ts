/** An embedding in two dimensions, by UMAP (McInnes et al. 2018), and the nearest neighbours in all of them. */
import { UMAP } from 'umap-js';
import { CorpusError } from '../corpus/errors.ts';
import { Random, STREAM } from '../random.ts';
import { neighbours, type Embedding, type EmbeddingLook } from './looks/embedding.ts';
import type { OpenedCheckpoint } from './opened.ts';

const embeddings = ['emb.weight', 'src_emb.weight', 'tgt_emb.weight', 'cls.weight'];
/** Rows whose neighbours are found before the event loop gets a turn. */
const rowsAtOnce = 64;

/** @throws CorpusError for a network without an embedding */
export async function embedding(opened: OpenedCheckpoint, look: EmbeddingLook): Promise<Embedding> {
  const { tensors } = opened.checkpoint;
  const parameters = embeddings.filter((name) => tensors.has(name));
  const parameter = look.parameter ?? parameters[0];
  const entry = parameter !== undefined && parameters.includes(parameter) ? tensors.get(parameter) : undefined;
  if (!entry || parameter === undefined) {
    throw new CorpusError(
      parameters.length > 0
        ? `This network has no embedding "${look.parameter}"; it has ${parameters.join(', ')}.`
        : 'This network has no embedding: its inputs are numbers, or one-hot. Give it an embedding width above 0 to learn one.',
    );
  }
  const [vocabulary, width] = entry.shape as [number, number];
  const count = Math.min(vocabulary, look.most);
  const rows = unitRows(entry.data, count, width);
  const found = await nearestRows(opened, rows, count, width);
  return {
    ...{ picture: 'embedding', step: opened.step, parameter, parameters, vocabulary, width },
    tokens: namesOf(opened, parameter, count),
    points: await layOut(opened, rows, count, width, look.seed),
    ...found,
  };
}

function namesOf({ tokenizer, codec }: OpenedCheckpoint, parameter: string, count: number): string[] {
  const text = (id: number): string => {
    if (!codec) return tokenizer!.tokenText(id);
    if (parameter === 'cls.weight') return codec.labels![id]!;
    const isGenerated = parameter === 'tgt_emb.weight' || codec.inputOffset > 0;
    return isGenerated ? codec.targetTokenText(id) : codec.tokenText(id);
  };
  return Array.from({ length: count }, (_, id) => text(id));
}

/** Rows of length 1, so that products are cosines; a row of zeros stays. */
function unitRows(data: ArrayLike<number>, count: number, width: number): Float64Array {
  const rows = new Float64Array(count * width);
  for (let r = 0; r < count; r++) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += data[r * width + i]! ** 2;
    const norm = Math.sqrt(squares) || 1;
    for (let i = 0; i < width; i++) rows[r * width + i] = data[r * width + i]! / norm;
  }
  return rows;
}

function cosine(rows: Float64Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += rows[a * width + i]! * rows[b * width + i]!;
  return sum;
}

/** By comparing each with each: exact, and for 10,000 rows of 256 a matter of seconds. */
async function nearestRows(
  opened: OpenedCheckpoint,
  rows: Float64Array,
  count: number,
  width: number,
): Promise<Pick<Embedding, 'nearest' | 'cosines'>> {
  const nearest = new Int32Array(count * neighbours).fill(-1);
  const cosines = new Float32Array(count * neighbours);
  for (let a = 0; a < count; a++) {
    const found: { id: number; cosine: number }[] = [];
    for (let b = 0; b < count; b++) {
      if (b === a) continue;
      const near = cosine(rows, a, b, width);
      if (found.length === neighbours && near <= found[neighbours - 1]!.cosine) continue;
      const at = found.findIndex((other) => near > other.cosine);
      found.splice(at < 0 ? found.length : at, 0, { id: b, cosine: near });
      if (found.length > neighbours) found.pop();
    }
    for (const [n, { id, cosine: near }] of found.entries()) {
      nearest[a * neighbours + n] = id;
      cosines[a * neighbours + n] = near;
    }
    if (a % rowsAtOnce === 0) {
      opened.progress(a, 2 * count, 'Nearest neighbours');
      await opened.turn();
    }
  }
  return { nearest, cosines };
}

/** The same numbers from the same seed. */
async function layOut(
  opened: OpenedCheckpoint,
  rows: Float64Array,
  count: number,
  width: number,
  seed: number,
): Promise<Float32Array> {
  if (count < 4) return Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 0));
  const random = new Random(seed, STREAM.layout, 0);
  const umap = new UMAP({
    nNeighbors: Math.min(15, count - 1),
    random: () => random.uniform(),
    distanceFn: (a, b) => {
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
      return 1 - sum;
    },
  });
  const epochs = umap.initializeFit(
    Array.from({ length: count }, (_, r) => Array.from(rows.subarray(r * width, (r + 1) * width))),
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    opened.progress(epochs + epoch, 2 * epochs, 'Laying out');
    await opened.turn();
  }
  return Float32Array.from(umap.getEmbedding().flat());
}
