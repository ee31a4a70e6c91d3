import {
  GATES,
  type Cell,
  type Kernels,
  type RecurrentGradients,
  type RecurrentOperands,
  type RecurrentParameters,
  type Tensor,
} from '../../../../src/engine/kernels/kernels.ts';
import { dot, Guards, normals } from '../../numbers.ts';

export const CELLS = Object.keys(GATES) as Cell[];

export interface RecurrentCaseSizes {
  readonly cell: Cell;
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
  readonly reverse?: boolean;
  readonly lengths?: readonly number[];
  /** Columns of y, and where this direction's begin. */
  readonly yWidth?: number;
  readonly yOffset?: number;
}

/** A recurrent layer with random operands and random upstream gradients; every output has guards around it. */
export function recurrentCase(kernels: Kernels, sizes: RecurrentCaseSizes, seed = 1) {
  const { cell, T, B, I, H, reverse = false, lengths, yWidth = H, yOffset = 0 } = sizes;
  const guards = new Guards(kernels);
  let next = seed * 1000;
  const random = (label: string, shape: readonly number[], scale = 1) => {
    const tensor = kernels.alloc(label, shape);
    kernels.write(tensor, normals(next++, tensor.size, scale));
    return tensor;
  };
  const GH = GATES[cell] * H;
  const parameters = (
    make: (label: string, shape: readonly number[]) => ReturnType<typeof random>,
  ): RecurrentParameters => ({
    weightIh: make('weightIh', [GH, I]),
    weightHh: make('weightHh', [GH, H]),
    biasIh: make('biasIh', [GH]),
    biasHh: cell === 'gru_before' ? null : make('biasHh', [GH]),
  });
  const state = (label: string) => random(label, [B, H]);
  const output = (label: string, shape: readonly number[]) => guards.alloc(label, shape);
  const hasCell = cell === 'lstm';

  const lengthsTensor = lengths ? kernels.alloc('lengths', [B], 'int') : null;
  if (lengthsTensor && lengths) kernels.write(lengthsTensor, lengths);
  const shape = { cell, T, B, I, H };
  const operands: RecurrentOperands & { readonly x: Tensor } = {
    shape,
    reverse,
    x: random('x', [T, B, I]),
    lengths: lengthsTensor,
    // No larger: a recurrence of spectral radius well above 1 is chaotic, and multiplies rounding errors with every step.
    parameters: parameters((label, dims) => random(label, dims, Math.min(0.5, 1 / Math.sqrt(H)))),
    h0: state('h0'),
    c0: hasCell ? state('c0') : null,
    y: output('y', [T, B, yWidth]),
    yOffset,
    yWidth,
    hn: output('hn', [B, H]),
    cn: hasCell ? output('cn', [B, H]) : null,
    workspace: kernels.recurrentWorkspace(shape),
  };
  const gradients: RecurrentGradients = {
    dy: random('dy', [T, B, yWidth]),
    dhn: state('dhn'),
    dcn: hasCell ? state('dcn') : null,
    dx: output('dx', [T, B, I]),
    accumulateDx: false,
    dh0: output('dh0', [B, H]),
    dc0: hasCell ? output('dc0', [B, H]) : null,
    parameters: parameters((label, dims) => output(`d ${label}`, dims)),
    accumulate: false,
  };

  /** L = Σ y dy + Σ hn dhn + Σ cn dcn over this direction's columns and the real steps. */
  async function loss(): Promise<number> {
    kernels.recurrentForward(operands);
    const y = await kernels.read(operands.y);
    const dy = await kernels.read(gradients.dy);
    let sum = dot(await kernels.read(operands.hn), await kernels.read(gradients.dhn!));
    if (operands.cn) sum += dot(await kernels.read(operands.cn), await kernels.read(gradients.dcn!));
    for (let n = 0; n < T * B; n++) {
      if (Math.floor(n / B) >= (lengths?.[n % B] ?? T)) continue;
      const columns = [n * yWidth + yOffset, n * yWidth + yOffset + H] as const;
      sum += dot(y.subarray(...columns), dy.subarray(...columns));
    }
    return sum;
  }

  return { operands, gradients, guards, loss };
}
