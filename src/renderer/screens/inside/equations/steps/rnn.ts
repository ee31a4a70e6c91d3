/** Elman's cell: h' = act(W x + U h + b). */
import {
  outerProduct,
  product,
  sum,
  transposedProduct,
  matrixTex,
  vectorTex,
  type NonLinearity,
} from './arithmetic.ts';
import { d, forward, throughActivation, weightGradient, type GateWeights, type Given, type Step } from './step.ts';

export function rnnSteps(given: Given, { W, U, b }: GateWeights, act: NonLinearity): Step[] {
  const { x, h, dh } = given;
  const a = sum(product(W, x), product(U, h), b);
  const next = a.map(act.value);
  const { da, calculation } = throughActivation('h', dh, next, act);
  const dx = transposedProduct(W, da);
  const dOld = transposedProduct(U, da);
  const delta = String.raw`\delta_h`;
  return [
    forward('h', next, [
      {
        left: 'h_t',
        formula: String.raw`${act.tex}(W_{ih} x_t + W_{hh} h_{t-1} + b)`,
        numbers: [
          String.raw`${act.tex}\left(${matrixTex(W)}${vectorTex(x)} + ${matrixTex(U)}${vectorTex(h)} + ${vectorTex(b)}\right)`,
          String.raw`${act.tex}\left(${vectorTex(a)}\right)`,
          vectorTex(next),
        ],
      },
    ]),
    { phase: 'backward', of: 'h', calculations: [calculation], shown: { h: dh }, computed: { da_h: da } },
    {
      phase: 'backward',
      of: 'W-h',
      calculations: [
        weightGradient('W_{ih}', delta, da, 'x_t', x),
        weightGradient('W_{hh}', delta, da, 'h_{t-1}', h),
        { left: d('b'), formula: delta, numbers: [vectorTex(da)] },
      ],
      shown: {},
      computed: { dW_h: outerProduct(da, x), dU_h: outerProduct(da, h), db_h: da },
    },
    {
      phase: 'backward',
      of: 'x',
      calculations: [
        {
          left: d('x_t'),
          formula: String.raw`W_{ih}^\top ${delta}`,
          numbers: [String.raw`${matrixTex(W)}^\top ${vectorTex(da)}`, vectorTex(dx)],
        },
      ],
      shown: { x: dx },
      computed: { dx },
    },
    {
      phase: 'backward',
      of: 'h-old',
      calculations: [
        {
          left: d('h_{t-1}'),
          formula: String.raw`W_{hh}^\top ${delta}`,
          numbers: [String.raw`${matrixTex(U)}^\top ${vectorTex(da)}`, vectorTex(dOld)],
        },
      ],
      shown: { 'h-old': dOld },
      computed: { dh_old: dOld },
    },
  ];
}
