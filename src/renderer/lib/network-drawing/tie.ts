/** The matrix that input and output share, as a bracket at the right. */
import { rightOf, type Box, type Part, type Sheet } from './drawing.ts';
import { elbow } from './paths.ts';

/** Room for it beside the last column. */
export const TIE_MARGIN = 60;

export function drawTie(sheet: Sheet, part: Part, output: Box, vector: Box): void {
  const from = Math.max(rightOf(output), rightOf(vector)) + 4;
  const x = from + 34;
  sheet.edge('tie', output, vector, elbow([from, output.y], [x, output.y], [x, vector.y], [from, vector.y]), false);
  const y = (output.y + vector.y) / 2;
  sheet.box({ key: `${part}-tie`, kind: 'note', part, x, y, width: 28, height: 16, text: 'tied' });
}
