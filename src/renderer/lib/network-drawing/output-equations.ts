/** The output layer and the loss of each task. */
import { lossOf, outputInputUnits, shapeOf, type Architecture } from '../../../engine/model/spec.ts';
import { equations as text } from '../messages/equations.ts';
import { space, topOutput, type Equations, type NetworkSizes, type SymbolMeaning } from './tex.ts';

/** The prediction, at a step where there is one at each, and its loss. */
export function outputEquations(a: Architecture, sizes: NetworkSizes, step = 't'): Equations {
  const shape = shapeOf(a);
  const once = shape === 'many-to-one' || shape === 'one-to-one';
  const index = once ? '' : `_{${step}}`;
  const yHat = String.raw`\hat y${index}`;
  const matrix = a.tie ? 'E' : 'W_y';
  const score = `${matrix} ${readVector(a, step)} + b_y`;
  const K = outputSize(a, sizes);
  const loss = lossOf(a);
  const wide = { softmax: 'V', sigmoid: 'K', squared: 'K' }[loss];
  const out = K ?? wide;
  const common: SymbolMeaning[] = [
    { tex: `${matrix} ${space(out, outputInputUnits(a))}`, meaning: a.tie ? text.tiedMatrix : text.outputMatrix },
    { tex: `b_y ${space(out)}`, meaning: text.outputBias },
  ];
  const prediction = { tex: `${yHat} ${space(out)}`, meaning: text.predictionMeaning[meaningOf(a)] };
  const ell = String.raw`\ell${index}`;
  if (loss === 'softmax') {
    return {
      title: text.output,
      lines: [
        String.raw`${yHat} &= \operatorname{softmax}(${score})`,
        String.raw`${ell} &= -\log ${yHat}[\text{target}${index}]`,
      ],
      symbols: [prediction, ...common, { tex: ell, meaning: generates(a) ? text.lossTokens : text.lossClasses }],
    };
  }
  // A single number has no index of its own.
  const indices = [once ? '' : step, K === 1 ? '' : 'k'].filter((one) => one !== '').join(' ');
  const target = indices === '' ? 'y' : `y_{${indices}}`;
  const guess = String.raw`\hat ${target}`;
  const mean = K === 1 ? '' : String.raw`\frac{1}{${K ?? 'K'}} \sum_k `;
  if (loss === 'sigmoid') {
    const terms = String.raw`${target} \log ${guess} + (1 - ${target}) \log(1 - ${guess})`;
    return {
      title: text.output,
      lines: [String.raw`${yHat} &= \sigma(${score})`, String.raw`${ell} &= -${mean}\big(${terms}\big)`],
      symbols: [prediction, ...common, { tex: ell, meaning: text.lossBinary }],
    };
  }
  return {
    title: text.output,
    lines: [`${yHat} &= ${score}`, String.raw`${ell} &= ${mean}(${guess} - ${target})^2`],
    symbols: [prediction, ...common, { tex: ell, meaning: text.lossSquared }],
  };
}

/** What the output layer reads. */
function readVector(a: Architecture, step: string): string {
  if (a.task === 'standard') return `h^{(${a.layers})}`;
  if (a.task === 'translation') return a.attention === 'luong' ? `a_{${step}}` : topOutput(a, step, true);
  if (shapeOf(a) !== 'many-to-one') return topOutput(a, step);
  return a.pooling === 'last' && !a.bidirectional ? topOutput(a, 'T') : 'p';
}

/** Numbers of an output; null while unknown. */
function outputSize({ task, horizon }: Architecture, { outputs, inputs }: NetworkSizes): number | null {
  if (task === 'regression' || task === 'binary') return 1;
  if (task === 'language-model') return outputs ?? inputs;
  return outputs === null ? null : task === 'forecasting' ? horizon * outputs : outputs;
}

function generates({ task }: Architecture): boolean {
  return task === 'language-model' || task === 'conditional-generation' || task === 'translation';
}

function meaningOf(a: Architecture): keyof typeof text.predictionMeaning {
  if (generates(a)) return 'tokens';
  if (a.task === 'forecasting') return 'forecast';
  if (a.task === 'binary') return 'binary';
  return { softmax: 'classes', sigmoid: 'labels', squared: 'values' }[lossOf(a)] as 'classes' | 'labels' | 'values';
}
