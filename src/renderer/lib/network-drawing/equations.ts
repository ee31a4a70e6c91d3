/** The equations of a network: all of it, or of one box of its drawing. As the model's code computes them, without its dropout. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { attentionalEquations, contextEquations, joinedInputEquations } from './attention-equations.ts';
import { cellEquations } from './cell-equations.ts';
import type { Box } from './drawing.ts';
import { outputEquations } from './output-equations.ts';
import {
  bidirectionalEquations,
  decoderInputEquations,
  hiddenLayerEquations,
  initialStateEquations,
  inputEquations,
  layerOutputEquations,
  poolingEquations,
} from './stack-equations.ts';
import { changesOutputs, stepTex, type Equations, type NetworkSizes } from './tex.ts';

export type { Equations, NetworkSizes, SymbolMeaning } from './tex.ts';

/** From the input to the loss. */
export function networkEquations(a: Architecture, sizes: NetworkSizes): Equations[] {
  if (a.task === 'standard') {
    return [inputEquations(a, sizes), hiddenLayerEquations(a, sizes), outputEquations(a, sizes)];
  }
  return [
    inputEquations(a, sizes),
    ...(a.task === 'conditional-generation' ? [initialStateEquations(a, sizes)] : []),
    cellEquations(a, sizes),
    ...(a.bidirectional ? [bidirectionalEquations(a)] : []),
    ...(changesOutputs(a) ? [layerOutputEquations(a)] : []),
    ...(pools(a) ? [poolingEquations(a)] : []),
    ...(a.task === 'translation' ? [initialStateEquations(a, sizes), ...attention(a)] : []),
    outputEquations(a, sizes),
  ];
}

/** Whether many steps become one vector that is not simply the last. */
function pools(a: Architecture): boolean {
  const once = ['classification', 'regression', 'binary', 'multilabel'].includes(a.task);
  const forecast = a.task === 'forecasting' && a.forecastAt === 'end';
  return (once || forecast) && (a.bidirectional || a.pooling !== 'last');
}

function attention(a: Architecture): Equations[] {
  if (a.attention === 'none') return [];
  return [contextEquations(a), a.attention === 'luong' ? attentionalEquations(a) : joinedInputEquations(a)];
}

/** Of one box, with its own indices; null of what computes nothing. */
export function boxEquations(a: Architecture, sizes: NetworkSizes, box: Box): Equations | null {
  const step = box.step === null ? 't' : stepTex(box.step);
  const decoder = box.part === 'decoder';
  switch (box.kind) {
    case 'vector':
      return decoder ? decoderInputEquations(a, sizes, step) : inputEquations(a, sizes, step);
    case 'label':
    case 'initial':
      return initialStateEquations(a, sizes);
    case 'cell':
      return cellEquations(a, sizes, { step, layer: box.layer!, part: box.part, backward: box.backward });
    case 'concat':
      return box.layer === null ? joinedInputEquations(a, step) : bidirectionalEquations(a, step, box.layer);
    case 'sum':
    case 'norm':
      return layerOutputEquations(a, step, box.layer, decoder);
    case 'pool':
      return poolingEquations(a);
    case 'context':
      return contextEquations(a, step);
    case 'attentional':
      return attentionalEquations(a, step);
    case 'hidden':
      return hiddenLayerEquations(a, sizes, box.layer);
    case 'output':
      return outputEquations(a, sizes, step);
    default:
      return null;
  }
}
