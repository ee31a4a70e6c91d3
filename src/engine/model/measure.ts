/** A device that only counts: models planned on it say how much memory they take, by the very code that plans them for real. */
import { GATES, type Cell, type Kernels, type RecurrentShape, type Tensor } from '../kernels/kernels.ts';
import { BATCH, elements } from './buffers.ts';

export interface Measured {
  /** Bytes of what BATCH owns. */
  data: number;
  /** Bytes that a device needs while it computes: the largest layer's packed operands. */
  work: number;
  /** Bytes of everything else. */
  rest: number;
}

/** @param bytesPerNumber what a float takes; an integer takes 4 */
export function measuringKernels(bytesPerNumber: 4 | 8): { readonly kernels: Kernels; readonly measured: Measured } {
  const measured: Measured = { data: 0, work: 0, rest: 0 };
  const tensor = (label: string, shape: readonly number[], dtype: 'float' | 'int'): Tensor => {
    return { label, shape, size: elements(shape), dtype };
  };
  const nothing = () => {
    // What is measured is not computed.
  };
  const kernels: Kernels = {
    name: 'measuring',
    detail: 'counts bytes and computes nothing',
    precision: bytesPerNumber === 8 ? 'float64' : 'float32',
    alloc(label, shape, dtype = 'float') {
      const owner = label.startsWith(`${BATCH}.`) ? 'data' : 'rest';
      measured[owner] += elements(shape) * (dtype === 'int' ? 4 : bytesPerNumber);
      return tensor(label, shape, dtype);
    },
    view: (parent, label, _offset, shape) => tensor(label, shape, parent.dtype),
    recurrentWorkspace(shape) {
      const compiled = bytesPerNumber === 4;
      const bytes = (compiled ? compiledWorkspaceNumbers(shape) : savedNumbers(shape)) * bytesPerNumber;
      measured.rest += bytes;
      if (compiled) measured.work = Math.max(measured.work, packedNumbers(shape) * bytesPerNumber);
      return { bytes };
    },
    read: (source) => Promise.reject(new Error(`"${source.label}" was only measured`)),
    free: nothing,
    write: nothing,
    copy: nothing,
    fill: nothing,
    embeddingForward: nothing,
    embeddingBackward: nothing,
    oneHot: nothing,
    recurrentForward: nothing,
    recurrentBackward: nothing,
    linearForward: nothing,
    linearBackward: nothing,
    softmaxCrossEntropy: nothing,
    sigmoidCrossEntropy: nothing,
    squaredError: nothing,
    activationForward: nothing,
    activationBackward: nothing,
    copyBlock: nothing,
    attentionForward: nothing,
    attentionBackward: nothing,
    poolForward: nothing,
    poolBackward: nothing,
    layerNormForward: nothing,
    layerNormBackward: nothing,
    dropout: nothing,
    clipByGlobalNorm: nothing,
    updateParameters: nothing,
    dispose: nothing,
  };
  return { kernels, measured };
}

/** Vectors of H numbers that a step of each cell saves for its backward: its gates, and the LSTM's cell state or the GRU's U_n h. */
const SAVED_VECTORS: Readonly<Record<Cell, number>> = {
  rnn_tanh: 0, // the output says all
  rnn_relu: 0,
  rnn_sigmoid: 0,
  lstm: GATES.lstm + 1,
  gru: GATES.gru + 1,
  gru_before: GATES.gru_before,
};

/** What the reference device saves. */
function savedNumbers({ cell, T, B, H }: RecurrentShape): number {
  return T * B * H * SAVED_VECTORS[cell];
}

/** Vectors of units that the compiled devices save for a step (native/recurrent.h, Workspace): gates, h before, and what the cell adds. */
const WORKSPACE_VECTORS: Readonly<Record<Cell, number>> = {
  rnn_tanh: 2,
  rnn_relu: 2,
  rnn_sigmoid: 2,
  lstm: 6,
  gru: 5,
  gru_before: 5,
};
/** The compiled devices round units up to this many (native/kernels.h, kUnitPadding). */
const UNIT_PADDING = 16;

function compiledWorkspaceNumbers({ cell, T, B, H }: RecurrentShape): number {
  return T * B * Math.ceil(H / UNIT_PADDING) * UNIT_PADDING * WORKSPACE_VECTORS[cell];
}

/** Rows of a long product that are packed at a time (native/gemm.h, kDepth). */
const DEPTH = 512;

/**
 * About what the compiled devices pack for the layer's backward: W_hh, and two slices each of what entered the layer, for the weight
 * gradients, and of W_ih, for dx.
 */
function packedNumbers({ cell, T, B, I, H }: RecurrentShape): number {
  const rows = Math.min(DEPTH, T * B);
  return GATES[cell] * H * H + 2 * rows * (I + H) + 2 * Math.min(DEPTH, GATES[cell] * H) * I + 4 * rows * H;
}
