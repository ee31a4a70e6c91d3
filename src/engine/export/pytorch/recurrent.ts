/** Recurrent layers in Python: PyTorch's own where they compute the same, otherwise written out. */
import { cellOf, type Architecture } from '../../model/spec.ts';
import { lines } from './python.ts';

/** Which of PyTorch's modules computes the cell; null: none does. */
function moduleOf(architecture: Architecture): { readonly name: string; readonly option: string } | null {
  switch (cellOf(architecture)) {
    case 'lstm':
      return { name: 'nn.LSTM', option: '' };
    case 'gru':
      return { name: 'nn.GRU', option: '' };
    case 'rnn_tanh':
      return { name: 'nn.RNN', option: '' };
    case 'rnn_relu':
      return { name: 'nn.RNN', option: ', nonlinearity="relu"' };
    default:
      return null;
  }
}

/** Whether layers on top of each other are more than PyTorch's own modules do. */
export function needsStack(a: Architecture): boolean {
  const ownDropout = a.dropoutKind === 'variational' && a.dropout > 0 && a.layers > 1;
  return moduleOf(a) === null || a.layerNorm || a.residual || ownDropout;
}

/** The expression that makes layers of this width; `inputs` and `units` are expressions. */
export function recurrentLayers(a: Architecture, inputs: string, units: string, bidirectional: boolean): string {
  const module = moduleOf(a);
  const both = bidirectional ? ', bidirectional=True' : '';
  if (module === null || needsStack(a)) return `Stack(${inputs}, ${units}${both})`;
  const layers = a.layers > 1 ? ', num_layers=LAYERS' : '';
  const dropout = a.layers > 1 && a.dropout > 0 ? ', dropout=DROPOUT' : '';
  return `${module.name}(${inputs}, ${units}${layers}${dropout}${both}${module.option})`;
}

/** Whether sequences of a batch may end before its last step, and a layer must know. */
function readsLengths({ task }: Architecture): boolean {
  return task !== 'language-model' && task !== 'conditional-generation';
}

/** Runs layers that `recurrentLayers` made: an expression of outputs and state. */
export function runOf(a: Architecture, layers: string, x: string, state: string, lengths: string | null): string {
  if (lengths === null) return `${layers}(${x}, ${state})`;
  return needsStack(a) ? `${layers}(${x}, ${state}, ${lengths})` : `run(${layers}, ${x}, ${state}, ${lengths})`;
}

/** The functions and classes that those expressions need. */
export function recurrentDefinitions(a: Architecture): string[] {
  const own = moduleOf(a) === null;
  return [
    ...(a.dropoutKind === 'variational' && a.dropout > 0 ? [variationalDropout] : []),
    ...(own ? [ownLayer(a)] : []),
    ...(!own && readsLengths(a) ? [packedRun] : []),
    ...(needsStack(a) ? [stack(a)] : []),
  ];
}

const variationalDropout = `\
class VariationalDropout(nn.Module):
    """One mask for all steps of a sequence (Gal & Ghahramani 2016)."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        """x [T,B,width] -> the same shape"""
        if not self.training:
            return x
        keep = torch.rand(1, *x.shape[1:], device=x.device) >= self.p
        return x * keep / (1 - self.p)`;

/** PyTorch's modules are told how long sequences are by packing them. */
const packedRun = `\
def run(rnn, x, state=None, lengths=None):
    """Runs recurrent layers over x [T,B,inputs], each sequence as far as it goes."""
    if lengths is None:
        return rnn(x, state)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
    y, state = rnn(packed, state)
    return nn.utils.rnn.pad_packed_sequence(y, total_length=len(x))[0], state`;

const beforeStep = `\
    @staticmethod
    def step(x, h, U):
        """The gated recurrent unit of arXiv:1406.1078v3: the reset gate comes before the product."""
        xr, xz, xn = x.chunk(3, dim=1)
        Ur, Uz, Un = U.chunk(3)
        r = torch.sigmoid(xr + h @ Ur.t())
        z = torch.sigmoid(xz + h @ Uz.t())
        n = torch.tanh(xn + (r * h) @ Un.t())
        return (1 - z) * n + z * h`;

const sigmoidStep = `\
    @staticmethod
    def step(x, h, U):
        """Elman's network with the logistic function."""
        return torch.sigmoid(x + h @ U.t())`;

function ownLayer(a: Architecture): string {
  const before = cellOf(a) === 'gru_before';
  return lines(
    'class Recurrent(nn.Module):',
    '    """A layer that PyTorch has not, with the interface of one that it has."""',
    '',
    '    def __init__(self, inputs, units, bidirectional=False):',
    '        super().__init__()',
    '        self.units = units',
    '        self.suffixes = ["_l0", "_l0_reverse"] if bidirectional else ["_l0"]',
    '        for suffix in self.suffixes:',
    `            self.add("weight_ih" + suffix, ${before ? '3 * units' : 'units'}, inputs)`,
    `            self.add("weight_hh" + suffix, ${before ? '3 * units' : 'units'}, units)`,
    `            self.add("bias_ih" + suffix, ${before ? '3 * units' : 'units'})`,
    !before && '            self.add("bias_hh" + suffix, units)',
    '',
    '    def add(self, name, *shape):',
    '        bound = self.units ** -0.5',
    '        self.register_parameter(name, nn.Parameter(torch.empty(*shape).uniform_(-bound, bound)))',
    '',
    '    def forward(self, x, state=None, lengths=None):',
    '        """x [T,B,inputs], state [directions,B,units] -> outputs [T,B,directions * units], state"""',
    '        if state is None:',
    '            state = x.new_zeros(len(self.suffixes), x.shape[1], self.units)',
    '        outputs, states = zip(*[self.direction(d, x, state[d], lengths) for d in range(len(self.suffixes))])',
    '        return torch.cat(outputs, dim=2), torch.stack(states)',
    '',
    '    def direction(self, d, x, h, lengths):',
    '        of = lambda name: getattr(self, name + self.suffixes[d])',
    `        x = x @ of("weight_ih").t() + of("bias_ih")${before ? '' : ' + of("bias_hh")'}`,
    '        outputs = [None] * len(x)',
    '        for t in range(len(x)) if d == 0 else reversed(range(len(x))):',
    '            new = self.step(x[t], h, of("weight_hh"))',
    '            if lengths is None:',
    '                outputs[t] = h = new',
    '            else:',
    '                real = (t < lengths.to(x.device))[:, None]',
    '                outputs[t] = torch.where(real, new, torch.zeros_like(new))',
    '                h = torch.where(real, new, h)',
    '        return torch.stack(outputs), h',
    '',
    before ? beforeStep : sigmoidStep,
  );
}

function stack(a: Architecture): string {
  const module = moduleOf(a);
  const lstm = cellOf(a) === 'lstm';
  const several = a.layers > 1;
  const drops = several && a.dropout > 0;
  const dropout = a.dropoutKind === 'variational' ? 'VariationalDropout' : 'nn.Dropout';
  const sum = a.residual ? 'z_(l-1) + y_l' : 'y_l';
  const below = drops ? 'self.drop(x) if l > 0 else x' : 'x';
  const given = `${below}, before${readsLengths(a) ? ', lengths' : ''}`;
  const call = module && readsLengths(a) ? `run(layer, ${given})` : `layer(${given})`;
  const layer = `${module?.name ?? 'Recurrent'}(inputs if l == 0 else width, units, bidirectional=bidirectional${module?.option ?? ''})`;
  return lines(
    'class Stack(nn.Module):',
    `    """LAYERS recurrent layers: y_l = recurrent(${drops ? 'dropout(z_(l-1))' : 'z_(l-1)'}), z_l = ${a.layerNorm ? `norm(${sum})` : sum}."""`,
    '',
    '    def __init__(self, inputs, units, bidirectional=False):',
    '        super().__init__()',
    '        self.directions = 2 if bidirectional else 1',
    '        width = self.directions * units',
    '        self.layers = []',
    '        for l in range(LAYERS):',
    `            layer = ${layer}`,
    "            # Its parameters stand here, under the names that they have in a stack of PyTorch's own.",
    '            for name, parameter in layer.named_parameters():',
    '                self.register_parameter(name.replace("_l0", f"_l{l}"), parameter)',
    '            self.layers.append(layer)',
    a.layerNorm && '            self.add_module(f"norm_l{l}", nn.LayerNorm(width))',
    drops && `        self.drop = ${dropout}(DROPOUT)`,
    '',
    `    def forward(self, x, state=None${readsLengths(a) ? ', lengths=None' : ''}):`,
    '        """x [T,B,inputs], state as of PyTorch\'s own layers -> outputs [T,B,width], state"""',
    '        states = []',
    '        for l, layer in enumerate(self.layers):',
    '            d = slice(l * self.directions, (l + 1) * self.directions)',
    lstm
      ? '            before = None if state is None else tuple(s[d].contiguous() for s in state)'
      : '            before = None if state is None else state[d].contiguous()',
    `            y, after = ${call}`,
    a.residual ? '            x = y if l == 0 else y + x' : '            x = y',
    a.layerNorm && '            x = getattr(self, f"norm_l{l}")(x)',
    '            states.append(after)',
    lstm
      ? '        return x, tuple(torch.cat(parts) for parts in zip(*states))'
      : '        return x, torch.cat(states)',
  );
}
