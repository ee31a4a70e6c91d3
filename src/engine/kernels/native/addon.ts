/** The compiled module as TypeScript sees it. Positional arguments, each checked on the other side; see bind_*.cpp. */

type Floats = Float32Array;
type Ints = Int32Array;

export interface NativeAddon {
  /** Instruction sets of this machine, best first: 'avx512', 'avx2', 'baseline'. */
  readonly instructionSets: readonly string[];
  readonly physicalCores: number;
  createContext(instructionSet: string, threads: number): NativeContext;
  /** Address of the buffer's first byte modulo 64. */
  misalignment(buffer: ArrayBuffer): number;
}

/** Kernels of one instruction set with their threads. Every method throws a TypeError or RangeError that names the argument. */
export interface NativeContext {
  /** Threads there really are. */
  readonly threads: number;
  recurrentWorkspaceFloats(cell: number, reverse: boolean, T: number, B: number, I: number, H: number): number;
  /** With V > 0 x is the table of V rows that tokens are looked up in, null for one-hot vectors; with V = 0 it is the vectors themselves. */
  recurrentForward(
    cell: number,
    reverse: boolean,
    T: number,
    B: number,
    I: number,
    H: number,
    V: number,
    tokens: Ints | null,
    x: Floats | null,
    lengths: Ints | null,
    weightIh: Floats,
    weightHh: Floats,
    biasIh: Floats,
    biasHh: Floats | null,
    h0: Floats | null,
    c0: Floats | null,
    yOffset: number,
    yWidth: number,
    y: Floats,
    hn: Floats,
    cn: Floats | null,
    workspace: Floats | null,
  ): void;
  recurrentBackward(
    cell: number,
    reverse: boolean,
    T: number,
    B: number,
    I: number,
    H: number,
    V: number,
    tokens: Ints | null,
    x: Floats | null,
    lengths: Ints | null,
    weightIh: Floats,
    weightHh: Floats,
    biasIh: Floats,
    biasHh: Floats | null,
    c0: Floats | null,
    yOffset: number,
    yWidth: number,
    workspace: Floats,
    dy: Floats,
    dhn: Floats | null,
    dcn: Floats | null,
    dx: Floats | null,
    accumulateDx: boolean,
    dh0: Floats | null,
    dc0: Floats | null,
    dWeightIh: Floats,
    dWeightHh: Floats,
    dBiasIh: Floats,
    dBiasHh: Floats | null,
    accumulate: boolean,
    dh: Floats | null,
  ): void;
  linearForward(N: number, I: number, O: number, y: Floats, x: Floats, weight: Floats, bias: Floats | null): void;
  linearBackward(
    N: number,
    I: number,
    O: number,
    dx: Floats | null,
    dWeight: Floats | null,
    dBias: Floats | null,
    dy: Floats,
    x: Floats,
    weight: Floats,
    accumulate: boolean,
  ): void;
  softmaxCrossEntropy(
    N: number,
    V: number,
    loss: Floats,
    dLogits: Floats | null,
    logits: Floats,
    targets: Ints,
    classWeights: Floats | null,
    meanOver: number,
  ): void;
  embeddingForward(N: number, V: number, E: number, y: Floats, tokens: Ints, table: Floats): void;
  embeddingBackward(
    N: number,
    V: number,
    E: number,
    dTable: Floats,
    dy: Floats,
    tokens: Ints,
    accumulate: boolean,
  ): void;
  dropout(
    count: number,
    y: Floats,
    x: Floats,
    p: number,
    seed: number,
    stream: number,
    counter: number,
    period: number,
  ): void;
  attentionForward(
    additive: boolean,
    B: number,
    Tx: number,
    A: number,
    F: number,
    first: number,
    steps: number,
    queries: Floats,
    keys: Floats,
    v: Floats | null,
    values: Floats,
    lengths: Ints | null,
    weights: Floats,
    context: Floats,
  ): void;
  attentionBackward(
    additive: boolean,
    B: number,
    Tx: number,
    A: number,
    F: number,
    first: number,
    steps: number,
    queries: Floats,
    keys: Floats,
    v: Floats | null,
    values: Floats,
    lengths: Ints | null,
    weights: Floats,
    context: null,
    dContext: Floats,
    dQueries: Floats,
    dKeys: Floats,
    dValues: Floats,
    dV: Floats | null,
    accumulate: boolean,
  ): void;
  /** y = act(x); with dy the backward: y = dy act', where x is what the forward gave. */
  activation(kind: number, count: number, y: Floats, x: Floats, dy: Floats | null): void;
  copyBlock(
    rows: number,
    columns: number,
    targetOffset: number,
    targetStride: number,
    sourceOffset: number,
    sourceStride: number,
    target: Floats,
    source: Floats,
    accumulate: boolean,
  ): void;
  /** Forward: out y [B,F], in x [T,B,F]; backward: out dx, in dy. */
  pool(
    backward: boolean,
    kind: number,
    T: number,
    B: number,
    F: number,
    D: number,
    out: Floats,
    in_: Floats,
    argmax: Ints | null,
    lengths: Ints | null,
  ): void;
  layerNormForward(
    N: number,
    F: number,
    epsilon: number,
    y: Floats,
    statistics: Floats,
    x: Floats,
    gain: Floats,
    bias: Floats,
  ): void;
  layerNormBackward(
    N: number,
    F: number,
    dx: Floats,
    dGain: Floats,
    dBias: Floats,
    dy: Floats,
    x: Floats,
    statistics: Floats,
    gain: Floats,
    accumulate: boolean,
  ): void;
  /** Binary cross-entropy from logits, or squared error. */
  elementLoss(
    binary: boolean,
    N: number,
    K: number,
    loss: Floats,
    gradient: Floats | null,
    outputs: Floats,
    targets: Floats,
    mask: Ints | null,
    positiveWeights: Floats | null,
  ): void;
  /** Writes the norm and returns the factor that clips the gradients; does not touch them. */
  clip(count: number, norm: Floats, gradients: Floats, maxNorm: number, epsilon: number): number;
  /** gradients *= by */
  scale(count: number, gradients: Floats, by: number): void;
  update(
    kind: number,
    count: number,
    parameters: Floats,
    gradients: Floats,
    slot0: Floats | null,
    slot1: Floats | null,
    gradientScale: number,
    learningRate: number,
    a: number,
    b: number,
    epsilon: number,
    weightDecay: number,
    step: number,
  ): void;
  /** y = exp (0), tanh (1) or sigmoid (2) of x, for tests of their error bounds. */
  math(function_: 0 | 1 | 2, count: number, y: Floats, x: Floats): void;
  /** GFLOP/s of multiply-adds on registers, on all threads. */
  multiplyAdds(iterations: number): number;
  /** Bytes that calls keep for the next: packed operands and sums. */
  scratchBytes(): number;
  /** Nanoseconds of one barrier between all threads. */
  barriers(count: number): number;
  dispose(): void;
}
