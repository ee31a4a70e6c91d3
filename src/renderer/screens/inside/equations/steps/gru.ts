/** Gated recurrent unit, its reset after the recurrent product or before it, as src/engine/kernels/reference computes both. */
import {
  matrixTex,
  minus,
  oneMinus,
  product,
  sigmoid,
  sum,
  tanh,
  times,
  transposedProduct,
  vectorTex,
  type Vector,
} from './arithmetic.ts';
import { backSum, gateForward, throughMatrix, weightStep, type BackTerm } from './gates.ts';
import { d, forward, throughActivation, type GateWeights, type Given, type Step } from './step.ts';

interface GruWeights {
  readonly r: GateWeights;
  readonly z: GateWeights;
  readonly n: GateWeights;
}

/** @param recurrentBias b_hn of a reset after the product; null: the reset is before it */
export function gruSteps(given: Given, weights: GruWeights, recurrentBias: Vector | null): Step[] {
  const { x, h, dh } = given;
  const gates = (['r', 'z'] as const).map((letter) => gateForward(letter, x, h, weights[letter], sigmoid));
  const [r, z] = gates.map((step) => step.shown[step.of]!) as [Vector, Vector];
  const candidate = recurrentBias ? resetAfter(given, weights.n, recurrentBias, r) : resetBefore(given, weights.n, r);
  const { n } = candidate;
  const oldPart = times(z, h);
  const newPart = times(oneMinus(z), n);
  const next = sum(newPart, oldPart);

  // h' = (1 - z) n + z h
  const dn = times(dh, oneMinus(z));
  const dz = times(dh, minus(h, n));
  const overZ = throughActivation('z', dz, z, sigmoid);
  const overN = throughActivation('n', dn, n, tanh);
  const back = candidate.backward(overN.da);
  const overR = throughActivation('r', back.dr, r, sigmoid);

  return [
    ...gates,
    ...candidate.steps,
    {
      ...forward('h', next, [
        {
          left: 'h_t',
          formula: String.raw`(1 - z_t) \odot n_t + z_t \odot h_{t-1}`,
          numbers: [
            String.raw`${vectorTex(oneMinus(z))} \odot ${vectorTex(n)} + ${vectorTex(z)} \odot ${vectorTex(h)}`,
            `${vectorTex(newPart)} + ${vectorTex(oldPart)}`,
            vectorTex(next),
          ],
        },
      ]),
      shown: { h: next, 'old-part': oldPart, 'new-part': newPart, rest: oneMinus(z) },
    },
    {
      phase: 'backward',
      of: 'z',
      calculations: [
        {
          left: d('z_t'),
          formula: String.raw`${d('h_t')} \odot (h_{t-1} - n_t)`,
          numbers: [String.raw`${vectorTex(dh)} \odot ${vectorTex(minus(h, n))}`, vectorTex(dz)],
        },
        overZ.calculation,
      ],
      shown: { h: dh, z: dz },
      computed: { dz, da_z: overZ.da },
    },
    {
      phase: 'backward',
      of: 'n',
      calculations: [
        {
          left: d('n_t'),
          formula: String.raw`${d('h_t')} \odot (1 - z_t)`,
          numbers: [String.raw`${vectorTex(dh)} \odot ${vectorTex(oneMinus(z))}`, vectorTex(dn)],
        },
        overN.calculation,
      ],
      shown: { n: dn },
      computed: { dn, da_n: overN.da },
    },
    {
      phase: 'backward',
      of: 'r',
      calculations: [...back.calculations, overR.calculation],
      shown: { r: back.dr },
      computed: { dr: back.dr, da_r: overR.da, ...back.computed },
    },
    weightStep({ letter: 'r', da: overR.da }, x, h),
    weightStep({ letter: 'z', da: overZ.da }, x, h),
    weightStep({ letter: 'n', da: overN.da, ...back.weights }, x, h),
    backSum('x', [
      throughMatrix('W_{ir}', String.raw`\delta_r`, weights.r.W, overR.da),
      throughMatrix('W_{iz}', String.raw`\delta_z`, weights.z.W, overZ.da),
      throughMatrix('W_{in}', String.raw`\delta_n`, weights.n.W, overN.da),
    ]),
    backSum('h-old', [
      {
        tex: String.raw`${d('h_t')} \odot z_t`,
        numbers: String.raw`${vectorTex(dh)} \odot ${vectorTex(z)}`,
        value: times(dh, z),
      },
      throughMatrix('W_{hr}', String.raw`\delta_r`, weights.r.U, overR.da),
      throughMatrix('W_{hz}', String.raw`\delta_z`, weights.z.U, overZ.da),
      back.toState,
    ]),
  ];
}

/** How the candidate comes about, and what comes back through it. */
interface Candidate {
  readonly n: Vector;
  readonly steps: readonly Step[];
  backward(da: Vector): {
    readonly dr: Vector;
    readonly calculations: Step['calculations'];
    readonly computed: Step['computed'];
    readonly weights: Partial<Parameters<typeof weightStep>[0]>;
    readonly toState: BackTerm;
  };
}

/** q = U_n h + b_hn, n = tanh(W_n x + b_in + r q). */
function resetAfter({ x, h }: Given, { W, U, b }: GateWeights, recurrentBias: Vector, r: Vector): Candidate {
  const q = sum(product(U, h), recurrentBias);
  const reset = times(r, q);
  const a = sum(product(W, x), b, reset);
  const n = a.map(Math.tanh);
  return {
    n,
    steps: [
      {
        ...forward('reset', reset, [
          {
            left: 'q_t',
            formula: 'W_{hn} h_{t-1} + b_{hn}',
            numbers: [`${matrixTex(U)}${vectorTex(h)} + ${vectorTex(recurrentBias)}`, vectorTex(q)],
          },
        ]),
        shown: { 'U-n': q },
        computed: { q },
      },
      {
        ...forward('n', n, [
          {
            left: 'n_t',
            formula: String.raw`\tanh(W_{in} x_t + b_{in} + r_t \odot q_t)`,
            numbers: [
              String.raw`\tanh\left(${matrixTex(W)}${vectorTex(x)} + ${vectorTex(b)} + ${vectorTex(r)} \odot ${vectorTex(q)}\right)`,
              String.raw`\tanh\left(${vectorTex(a)}\right)`,
              vectorTex(n),
            ],
          },
        ]),
        shown: { n, reset },
      },
    ],
    backward(da) {
      const dr = times(da, q);
      const dq = times(da, r);
      return {
        dr,
        calculations: [
          {
            left: d('q_t'),
            formula: String.raw`\delta_n \odot r_t`,
            numbers: [String.raw`${vectorTex(da)} \odot ${vectorTex(r)}`, vectorTex(dq)],
          },
          {
            left: d('r_t'),
            formula: String.raw`\delta_n \odot q_t`,
            numbers: [String.raw`${vectorTex(da)} \odot ${vectorTex(q)}`, vectorTex(dr)],
          },
        ],
        computed: { dq },
        weights: { recurrent: { delta: d('q_t'), da: dq } },
        toState: throughMatrix('W_{hn}', d('q_t'), U, dq),
      };
    },
  };
}

/** s = r h, n = tanh(W_n x + U_n s + b_n). */
function resetBefore({ x, h }: Given, { W, U, b }: GateWeights, r: Vector): Candidate {
  const s = times(r, h);
  const a = sum(product(W, x), product(U, s), b);
  const n = a.map(Math.tanh);
  return {
    n,
    steps: [
      forward('reset', s, [
        {
          left: 's_t',
          formula: String.raw`r_t \odot h_{t-1}`,
          numbers: [String.raw`${vectorTex(r)} \odot ${vectorTex(h)}`, vectorTex(s)],
        },
      ]),
      forward('n', n, [
        {
          left: 'n_t',
          formula: String.raw`\tanh(W_{in} x_t + W_{hn} s_t + b_n)`,
          numbers: [
            String.raw`\tanh\left(${matrixTex(W)}${vectorTex(x)} + ${matrixTex(U)}${vectorTex(s)} + ${vectorTex(b)}\right)`,
            String.raw`\tanh\left(${vectorTex(a)}\right)`,
            vectorTex(n),
          ],
        },
      ]),
    ],
    backward(da) {
      const ds = transposedProduct(U, da);
      const dr = times(ds, h);
      return {
        dr,
        calculations: [
          {
            left: d('s_t'),
            formula: String.raw`W_{hn}^\top \delta_n`,
            numbers: [String.raw`${matrixTex(U)}^\top ${vectorTex(da)}`, vectorTex(ds)],
          },
          {
            left: d('r_t'),
            formula: String.raw`${d('s_t')} \odot h_{t-1}`,
            numbers: [String.raw`${vectorTex(ds)} \odot ${vectorTex(h)}`, vectorTex(dr)],
          },
        ],
        computed: { ds },
        weights: { state: { tex: 's_t', value: s } },
        toState: {
          tex: String.raw`${d('s_t')} \odot r_t`,
          numbers: String.raw`${vectorTex(ds)} \odot ${vectorTex(r)}`,
          value: times(ds, r),
        },
      };
    },
  };
}
