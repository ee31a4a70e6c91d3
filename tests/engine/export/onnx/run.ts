/** Exported files in ONNX Runtime. */
import * as ort from 'onnxruntime-node';

/** Numbers with a shape; ids and lengths are numbers too. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Refuses what is not a valid graph: unknown operators, types and shapes that do not fit, values that nobody gives. */
export async function open(bytes: Uint8Array): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 2 });
}

/** @param given at least what the graph reads */
export async function run(
  session: ort.InferenceSession,
  given: Readonly<Record<string, Numbers>>,
): Promise<Record<string, Numbers>> {
  const feeds = Object.fromEntries(
    session.inputMetadata.map((input) => [input.name, tensor(input, given[input.name])]),
  );
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [name, { shape: dims, data: data as Float32Array }]),
  );
}

function tensor({ name, ...expected }: ort.InferenceSession.ValueMetadata, given: Numbers | undefined): ort.Tensor {
  if (!given || !expected.isTensor) throw new Error(`the graph reads "${name}", which is not given`);
  const values = Array.from(given.data);
  if (expected.type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), given.shape);
  return new ort.Tensor('float32', Float32Array.from(values), given.shape);
}
