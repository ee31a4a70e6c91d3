import { integer, number, percent, plural } from '../format.ts';

const steps = (count: number) => plural(count, 'step');
/** A rate that is close to 1 needs its digits. */
const rate = (value: number) => number(value, 3);

interface RadiusAt {
  readonly step: number;
  readonly radius: number;
}

export const throughTime = {
  name: 'Gradient through time',
  y: '‖∂L/∂h‖',
  x: 'lag: steps back from the loss',
  layer: (part: 'network' | 'encoder' | 'decoder', layer: number, direction: 'forward' | 'backward', both: boolean) => {
    const stack = { network: 'Layer', encoder: 'Encoder layer', decoder: 'Decoder layer' }[part];
    return `${stack} ${layer + 1}${both ? (direction === 'forward' ? ' →' : ' ←') : ''}`;
  },
  /** The sentence; `layer` is named where there are several. */
  vanishes: (after: number, layer: string | null) =>
    `After ${steps(after)}, 1 % of the gradient is left${layer ? ` (${layer})` : ''}.`,
  explodes: (after: number, times: number, layer: string | null) =>
    `After ${steps(after)}, the gradient is ${number(times)} times as large as it was${layer ? ` (${layer})` : ''}: it explodes.`,
  stays: (after: number, share: number, layer: string | null) =>
    `After ${steps(after)}, ${percent(share)} of the gradient is left${layer ? ` (${layer})` : ''}: it reaches all the way back.`,
  noneAtAll: 'No gradient arrives at all: the loss no longer depends on the hidden state.',
  rate: (value: number) => `On average a step back multiplies it by ${rate(value)}.`,
  cut: (T: number, share: number) =>
    share === 0
      ? `Truncated to ${steps(T)}, nothing is cut off.`
      : `Truncated to ${steps(T)}, ${percent(share)} of it is cut off.`,
  lookFor:
    'How strongly the loss depends on the hidden state so many steps earlier. On this logarithmic scale a straight line is a gradient that shrinks (or grows) by the same factor at every step.',
  from: (sequences: number, part: 'valid' | 'train', step: number) =>
    `Mean of ${plural(sequences, 'sequence')} of the ${part === 'valid' ? 'validation' : 'training'} part, at step ${integer(step)}.`,
  pooled:
    'This network pools over time: its loss reads every step, so a gradient need not come all the way from the end.',
  backward: 'Layers that read backwards (←) have their loss at the first step, and their lag counts forwards from it.',
  encoder: 'The encoder’s lag goes on counting where the decoder’s ends.',
  truncation: 'Truncate to T',
  trained: (T: number) => `trained with T = ${integer(T)}`,
  whole: 'trained on whole sequences',
  steps,
  left: '1 % left',
  hint: 'Point at the picture, or move along it with the arrow keys.',
  at: (lag: number) => (lag === 0 ? 'At the loss' : `${steps(lag)} back`),
  ofFirst: (share: number) => `${percent(share)} of its first`,
  legend: 'Layers',
  clipping: 'Clipping',
  showClipped: 'Show as clipped',
  clipped: (factor: number, clip: number, norm: number) =>
    `The norm of the whole gradient was ${number(norm)} at this step; clipping at ${number(clip)} multiplies every line by ${number(factor)}. It tames what explodes, and cannot bring back what has vanished.`,
  unclipped: (clip: number, norm: number) =>
    `The norm of the whole gradient was ${number(norm)} at this step, below the threshold of ${number(clip)}: clipping changed nothing.`,
  noClip: 'This run does not clip its gradient.',
  noNorm: (clip: number) => `Clipped at ${number(clip)}; the norm at this step is not known.`,
  spectra: 'Recurrent matrices',
  radius: 'ρ',
  radiusTitle: 'Spectral radius: the largest absolute eigenvalue',
  sigma: 'σ',
  sigmaTitle: 'Spectral norm: the largest singular value',
  block: 'Block',
  radiusRnn:
    'A step back multiplies the gradient by Uᵀ and the slope of the activation, which is at most 1: with σ < 1 it must vanish, and only with ρ > 1 can it explode for long (Pascanu et al. 2013).',
  radiusGated:
    'In a gated cell the gradient also goes straight through the state, gated by f (LSTM) or z (GRU): these radii alone do not decide.',
  radiusHistory: 'Spectral radius over training',
  gateName: (gate: string | null) => (gate === null ? 'U' : `U_${gate}`),
  radiusSay: (lines: readonly { name: string; from: RadiusAt; to: RadiusAt }[]) =>
    `From training step ${integer(lines[0]!.from.step)} to ${integer(lines[0]!.to.step)}, ρ went ${lines
      .map(
        ({ name, from, to }) =>
          `from ${number(from.radius)} to ${number(to.radius)}${lines.length > 1 ? ` (${name})` : ''}`,
      )
      .join(', ')}. The dashed line is 1.`,
  radiusAt: (step: number) => `At training step ${integer(step)}.`,
  standard:
    'A standard network reads each example at once: there is no time for a gradient to go back through. Choose a recurrent network.',
  history: 'Over training',
  historyMap: 'What is left of the gradient, by lag and training step',
  historyTable: 'What is left of the gradient, by training step and lag',
  historyHint: 'The white line is where 1 % is left. Click, or press Enter, to see the curves of a training step.',
  /** null: more than 1 % was left all the way. */
  reached: (first: number, from: number | null, last: number, to: number | null, lags: number) => {
    const reach = (lag: number | null) => (lag === null ? `more than ${steps(lags - 1)}` : steps(lag));
    return `1 % was left after ${reach(from)} at training step ${integer(first)}, after ${reach(to)} at step ${integer(last)}.`;
  },
  cell: (step: number, lag: number, share: number | null) =>
    `Training step ${integer(step)}, ${lag === 0 ? 'at the loss' : `${steps(lag)} back`}: ${share === null ? 'no gradient' : `${percent(share)} of the gradient is left`}.`,
  trainingStep: 'training step',
  showing: (step: string) => `Training step ${step}`,
  atStep: 'Training step',
  backToCheckpoint: 'Back to the checkpoint',
  liveFrom: (step: number) =>
    `Mean of a few sequences held out, at training step ${integer(step)}. Looked at while it trained, at most 1 % of the time.`,
  table: 'Norms of the gradient by lag',
  lag: 'lag',
  making: 'Looking back through time',
};
