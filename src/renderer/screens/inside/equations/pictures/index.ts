/** The drawing of every cell. */
import type { CellKind } from '../cell.ts';
import { gruPicture } from './gru.ts';
import { lstmPicture } from './lstm.ts';
import type { Picture } from './picture.ts';
import { rnnPicture } from './rnn.ts';

export function pictureOf(cell: CellKind): Picture {
  switch (cell) {
    case 'lstm':
      return lstmPicture;
    case 'gru':
      return gruPicture('after');
    case 'gru_before':
      return gruPicture('before');
    case 'rnn_tanh':
      return rnnPicture('tanh');
    case 'rnn_relu':
      return rnnPicture('ReLU');
    case 'rnn_sigmoid':
      return rnnPicture('σ');
  }
}
