/** Parts that several networks have, as lines and expressions of Python. */
import type { Architecture } from '../../model/spec.ts';
import { lines } from './python.ts';

/** The input as vectors: an expression of `name`. */
export function vectors(a: Architecture, name: string, table = 'self.emb', vocabulary = 'self.vocabulary'): string {
  if (a.input === 'numbers') return name;
  if (a.embedding === 0) return `F.one_hot(${name}, ${vocabulary}).float()`;
  return a.dropout > 0 ? `self.drop(${table}(${name}))` : `${table}(${name})`;
}

/** What goes into the output layer: an expression of `name`. */
export function dropped(a: Architecture, name: string): string {
  return a.dropout > 0 ? `self.drop(${name})` : name;
}

/** The network's own dropout: after the embedding and before the output. */
export function dropoutLayer(a: Architecture): string | false {
  if (a.dropout === 0) return false;
  return `        self.drop = ${a.dropoutKind === 'variational' ? 'VariationalDropout' : 'nn.Dropout'}(DROPOUT)`;
}

/** Weights that embedding and output share start as an output layer's. */
export function tying(a: Architecture, table: string): string | false {
  if (!a.tie) return false;
  return lines(
    `        nn.init.uniform_(self.${table}.weight, -(EMBEDDING ** -0.5), EMBEDDING ** -0.5)`,
    `        self.out.weight = self.${table}.weight`,
  );
}

/** One vector of all steps: what each direction read last, or the mean or maximum of the real steps. */
export function pooled({ pooling, bidirectional }: Pick<Architecture, 'pooling' | 'bidirectional'>): string {
  if (pooling === 'last') {
    return lines(
      '        last = y[lengths - 1, torch.arange(y.shape[1], device=y.device)]  # of each sequence, [B,width]',
      bidirectional
        ? '        pooled = torch.cat([last[:, :HIDDEN], y[0, :, HIDDEN:]], dim=1)  # right to left, the first step is the last'
        : '        pooled = last',
    );
  }
  return lines(
    '        real = (torch.arange(len(y), device=y.device)[:, None] < lengths)[:, :, None]  # [T,B,1]',
    pooling === 'mean'
      ? '        pooled = (y * real).sum(dim=0) / lengths[:, None]'
      : '        pooled = y.masked_fill(~real, float("-inf")).amax(dim=0)',
  );
}
