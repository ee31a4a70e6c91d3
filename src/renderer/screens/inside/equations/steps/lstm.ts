/** Long short-term memory, as src/engine/kernels/reference/lstm.ts computes it. */
import { oneMinus, sigmoid, square, squared, sum, tanh, times, vectorTex, type Vector } from './arithmetic.ts';
import { backSum, gateForward, throughMatrix, weightStep } from './gates.ts';
import { d, forward, throughActivation, type GateWeights, type Given, type Step } from './step.ts';

const letters = ['i', 'f', 'g', 'o'] as const;
type Letter = (typeof letters)[number];

export function lstmSteps(given: Given, weights: Readonly<Record<Letter, GateWeights>>): Step[] {
  const { x, h, c: cOld } = given;
  const actOf = (letter: Letter) => (letter === 'g' ? tanh : sigmoid);

  const gates = letters.map((letter) => gateForward(letter, x, h, weights[letter], actOf(letter)));
  const [i, f, g, o] = gates.map((step) => step.shown[step.of]!) as [Vector, Vector, Vector, Vector];
  const keep = times(f, cOld);
  const write = times(i, g);
  const c = sum(keep, write);
  const squashed = c.map(Math.tanh);
  const next = times(o, squashed);

  // h' = o tanh(c')
  const dO = times(given.dh, squashed);
  const dc = sum(given.dc, times(given.dh, o, oneMinus(square(squashed))));
  // c' = f c + i g
  const before: Readonly<Record<Letter, { gradient: Vector; formula: string; numbers: string }>> = {
    o: {
      gradient: dO,
      formula: String.raw`${d('h_t')} \odot \tanh(c_t)`,
      numbers: String.raw`${vectorTex(given.dh)} \odot ${vectorTex(squashed)}`,
    },
    i: {
      gradient: times(dc, g),
      formula: String.raw`${d('c_t')} \odot g_t`,
      numbers: String.raw`${vectorTex(dc)} \odot ${vectorTex(g)}`,
    },
    f: {
      gradient: times(dc, cOld),
      formula: String.raw`${d('c_t')} \odot c_{t-1}`,
      numbers: String.raw`${vectorTex(dc)} \odot ${vectorTex(cOld)}`,
    },
    g: {
      gradient: times(dc, i),
      formula: String.raw`${d('c_t')} \odot i_t`,
      numbers: String.raw`${vectorTex(dc)} \odot ${vectorTex(i)}`,
    },
  };
  const value: Readonly<Record<Letter, Vector>> = { i, f, g, o };
  const through = (letter: Letter) => throughActivation(letter, before[letter].gradient, value[letter], actOf(letter));
  const gateBackward = (letter: Letter): Step => {
    const { gradient, formula, numbers } = before[letter];
    const { da, calculation } = through(letter);
    return {
      phase: 'backward',
      of: letter,
      calculations: [{ left: d(`${letter}_t`), formula, numbers: [numbers, vectorTex(gradient)] }, calculation],
      shown: { [letter]: gradient },
      computed: { [`d${letter}`]: gradient, [`da_${letter}`]: da },
    };
  };
  const da = (letter: Letter) => through(letter).da;
  const dcOld = times(dc, f);

  return [
    ...gates,
    {
      ...forward('c', c, [
        {
          left: 'c_t',
          formula: String.raw`f_t \odot c_{t-1} + i_t \odot g_t`,
          numbers: [
            String.raw`${vectorTex(f)} \odot ${vectorTex(cOld)} + ${vectorTex(i)} \odot ${vectorTex(g)}`,
            `${vectorTex(keep)} + ${vectorTex(write)}`,
            vectorTex(c),
          ],
        },
      ]),
      shown: { c, keep, write },
    },
    {
      ...forward('h', next, [
        {
          left: 'h_t',
          formula: String.raw`o_t \odot \tanh(c_t)`,
          numbers: [
            String.raw`${vectorTex(o)} \odot \tanh\left(${vectorTex(c)}\right)`,
            String.raw`${vectorTex(o)} \odot ${vectorTex(squashed)}`,
            vectorTex(next),
          ],
        },
      ]),
      shown: { h: next, squash: squashed },
    },
    { ...gateBackward('o'), shown: { h: given.dh, o: dO } },
    {
      phase: 'backward',
      of: 'c',
      calculations: [
        {
          left: d('c_t'),
          formula: String.raw`${d('c_t')}^{\text{later}} + ${d('h_t')} \odot o_t \odot (1 - ${squared(String.raw`\tanh(c_t)`)})`,
          numbers: [
            String.raw`${vectorTex(given.dc)} + ${vectorTex(given.dh)} \odot ${vectorTex(o)} \odot ${vectorTex(oneMinus(square(squashed)))}`,
            vectorTex(dc),
          ],
        },
      ],
      shown: { c: dc },
      computed: { dc },
    },
    ...(['i', 'f', 'g'] as const).map(gateBackward),
    {
      phase: 'backward',
      of: 'c-old',
      calculations: [
        {
          left: d('c_{t-1}'),
          formula: String.raw`${d('c_t')} \odot f_t`,
          numbers: [String.raw`${vectorTex(dc)} \odot ${vectorTex(f)}`, vectorTex(dcOld)],
        },
      ],
      shown: { 'c-old': dcOld },
      computed: { dc_old: dcOld },
    },
    ...letters.map((letter) => weightStep({ letter, da: da(letter) }, x, h)),
    backSum(
      'x',
      letters.map((letter) =>
        throughMatrix(`W_{i${letter}}`, String.raw`\delta_${letter}`, weights[letter].W, da(letter)),
      ),
    ),
    backSum(
      'h-old',
      letters.map((letter) =>
        throughMatrix(`W_{h${letter}}`, String.raw`\delta_${letter}`, weights[letter].U, da(letter)),
      ),
    ),
  ];
}
