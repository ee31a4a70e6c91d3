/** Where the time of a training step goes, by kernel. */
import {
  type CallTimes,
  GATES,
  isTokenInput,
  type Kernels,
  type RecurrentGradients,
  type RecurrentInput,
  type RecurrentOperands,
  type RecurrentShape,
  type Tensor,
} from '../kernels/kernels.ts';

/** Calls of one operation at one size. */
export interface ProfileEntry {
  /** The operation and its sizes: "recurrentForward lstm 512 → 512". */
  readonly what: string;
  calls: number;
  seconds: number;
  /** Floating-point operations of its matrix products; 0 for what only moves numbers. */
  flops: number;
  /** Bytes of tensors that it must read and write at least once. */
  bytes: number;
}

/** What one call has to do. */
interface Work {
  readonly size: string;
  readonly flops: number;
  /** Numbers read and written. */
  readonly numbers: number;
}

const size = (...tensors: readonly (Tensor | null)[]) => tensors.reduce((sum, tensor) => sum + (tensor?.size ?? 0), 0);

/** Tokens count as if each one's vector were multiplied: a device that multiplies those that repeat once only comes out faster. */
function recurrentForward({ shape, x }: RecurrentOperands): Work {
  const { cell, T, B, I, H } = shape;
  const G = GATES[cell];
  return {
    size: recurrentSize(shape, x),
    flops: 2 * T * B * G * H * (I + H),
    numbers: rowsOf(shape, x) * I + T * B * H + G * H * (I + H),
  };
}

/** Gradients by the input (where wanted), the state, and both matrices. */
function recurrentBackward({ shape, x }: RecurrentOperands, { dx }: RecurrentGradients): Work {
  const { cell, T, B, I, H } = shape;
  const G = GATES[cell];
  return {
    size: recurrentSize(shape, x),
    flops: 2 * T * B * G * H * (H + (dx ? I : 0) + I + H),
    numbers: rowsOf(shape, x) * 2 * I + T * B * (G + 2) * H + 2 * G * H * (I + H),
  };
}

function recurrentSize({ cell, I, H }: RecurrentShape, x: RecurrentInput): string {
  return `${cell} ${isTokenInput(x) ? `${x.V} tokens × ` : ''}${I} → ${H}`;
}

/** Rows of the input that a layer reads. */
function rowsOf({ T, B }: RecurrentShape, x: RecurrentInput): number {
  return isTokenInput(x) ? Math.min(x.V, T * B) : T * B;
}

type Counters = {
  readonly [Name in keyof Kernels]?: Kernels[Name] extends (...args: infer A) => void ? (...args: A) => Work : never;
};

const moved = (size: string, numbers: number): Work => ({ size, flops: 0, numbers });

/** The operations that are told apart, and what each has to do; all others come together as one. */
const counters: Counters = {
  recurrentForward,
  recurrentBackward,
  linearForward: (_y, _x, _weight, _bias, N, I, O) => ({
    size: `${N} × ${I} → ${O}`,
    flops: 2 * N * I * O,
    numbers: N * (I + O) + I * O,
  }),
  linearBackward: (dx, dWeight, _dBias, _dy, _x, _weight, N, I, O) => ({
    size: `${N} × ${I} → ${O}`,
    flops: 2 * N * I * O * ((dx ? 1 : 0) + (dWeight ? 1 : 0)),
    numbers: N * (2 * I + O) + 2 * I * O,
  }),
  softmaxCrossEntropy: (_loss, dLogits, _logits, _targets, N, V) => moved(`${N} × ${V}`, N * V * (dLogits ? 2 : 1)),
  embeddingForward: (_y, _tokens, _table, N, V, E) => moved(`${N} of ${V} × ${E}`, 2 * N * E),
  embeddingBackward: (_d, _dy, _tokens, N, V, E) => moved(`${N} of ${V} × ${E}`, V * E + 2 * N * E),
  clipByGlobalNorm: (_norm, gradients) => moved(`${gradients.size}`, size(gradients)),
  updateParameters: (_update, parameters, gradients, slots) =>
    moved(`${parameters.size}`, 2 * size(parameters, ...slots) + size(gradients)),
  copy: (source, _target, count = source.size) => moved(`${count}`, 2 * count),
  fill: (target) => moved(`${target.size}`, target.size),
};

export interface Profiler {
  /** The same device, every call of which is timed. */
  readonly kernels: Kernels;
  /** Since the last reset, the longest first. */
  entries(): readonly ProfileEntry[];
  reset(): void;
}

/**
 * Times every operation of a device. Operations are taken to be done when their call returns, unless the device times them itself.
 * @param clock seconds, monotonic
 * @param times by the device's own clock; the entries' seconds are then only those that their calls took to return
 */
export function profile(device: Kernels, clock: () => number, times: CallTimes | null = null): Profiler {
  const found = new Map<string, ProfileEntry>();
  const bytesPerNumber = device.precision === 'float64' ? 8 : 4;
  const add = (what: string, work: Work | undefined, seconds: number) => {
    let entry = found.get(what);
    if (!entry) found.set(what, (entry = { what, calls: 0, seconds: 0, flops: 0, bytes: 0 }));
    entry.calls++;
    entry.seconds += seconds;
    entry.flops += work?.flops ?? 0;
    entry.bytes += (work?.numbers ?? 0) * bytesPerNumber;
  };
  const kernels = new Proxy(device, {
    get(target, name: keyof Kernels) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      const operation = member.bind(target) as (...args: readonly unknown[]) => unknown;
      const count = counters[name] as ((...args: readonly unknown[]) => Work) | undefined;
      return (...args: readonly unknown[]) => {
        const work = count?.(...args);
        const what = work ? `${name} ${work.size}` : name;
        if (times) times.label = what;
        const started = clock();
        const result = operation(...args);
        add(what, work, clock() - started);
        return result;
      };
    },
  });
  return {
    kernels,
    entries: () => [...found.values()].sort((a, b) => b.seconds - a.seconds),
    reset: () => found.clear(),
  };
}
