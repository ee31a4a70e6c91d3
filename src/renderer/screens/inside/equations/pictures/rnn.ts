/** The inside of Elman's cell: one sum, one non-linearity. */
import { insideEquations as text } from '../../../../lib/messages/inside-equations.ts';
import { letter, type Picture } from './picture.ts';

const [left, right, middle, line] = [40, 728, 384, 130];
const { meaning, parts } = text;

export function rnnPicture(activation: string): Picture {
  return {
    width: 768,
    height: 260,
    body: [200, 60, 368, 140],
    lines: [
      { key: 'h-in', terms: ['h-old'], path: `M${left + 20} ${line}H250`, kind: 'state' },
      { key: 'x-in', terms: ['x'], path: `M280 220V${line}`, kind: 'plain' },
      { key: 'feed', terms: ['W-h', 'U-h', 'b-h'], path: `M250 ${line}H${middle - 42}`, kind: 'plain', arrow: true },
      { key: 'h-out', terms: ['h'], path: `M${middle + 42} ${line}H${right - 18}`, kind: 'state', arrow: true },
      { key: 'h-up', terms: ['h'], path: `M490 ${line}V34`, kind: 'plain', arrow: true },
    ],
    dots: [
      [280, line],
      [490, line],
    ],
    nodes: [
      letter('h-old', 'h', 't−1', left, line, meaning.hOld),
      letter('x', 'x', 't', 280, 232, parts.input),
      {
        ...{
          key: 'act',
          terms: ['h', 'W-h', 'U-h', 'b-h'],
          shape: 'gate',
          x: middle,
          y: line,
          label: '',
          detail: activation,
        },
        ...{ name: parts.sumAndActivation },
      },
      letter('h', 'h', 't', right, line, meaning.h),
    ],
  };
}
