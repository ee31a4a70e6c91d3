/** The encoder–decoder as a PyTorch module. */
import type { Architecture } from '../../model/spec.ts';
import { dropoutLayer, dropped, pooled, tying, vectors } from './parts.ts';
import { lines } from './python.ts';
import { recurrentLayers, runOf } from './recurrent.ts';

export function encoderDecoder(a: Architecture): string {
  const width = a.bidirectional ? '2 * HIDDEN' : 'HIDDEN';
  const embedded = a.embedding > 0;
  const below = embedded ? 'EMBEDDING' : 'target_vocabulary';
  return lines(
    'class Network(nn.Module):',
    `    """Reads a source and writes a target${looks[a.attention]}."""`,
    '',
    '    def __init__(self, source_vocabulary, target_vocabulary):',
    '        super().__init__()',
    embedded
      ? '        self.src_emb = nn.Embedding(source_vocabulary, EMBEDDING)'
      : '        self.source_vocabulary, self.target_vocabulary = source_vocabulary, target_vocabulary',
    `        self.enc = ${recurrentLayers(a, embedded ? 'EMBEDDING' : 'source_vocabulary', 'HIDDEN', a.bidirectional)}`,
    `        self.init = nn.Linear(${width}, LAYERS * DECODER_HIDDEN)`,
    embedded && '        self.tgt_emb = nn.Embedding(target_vocabulary, EMBEDDING)',
    `        self.dec = ${recurrentLayers(a, a.attention === 'bahdanau' ? `${width} + ${below}` : below, 'DECODER_HIDDEN', false)}`,
    attentionLayers(a, width),
    dropoutLayer(a),
    `        self.out = nn.Linear(${a.attention === 'luong' ? 'ATTENTION' : 'DECODER_HIDDEN'}, target_vocabulary)`,
    tying(a, 'tgt_emb'),
    '',
    '    def encode(self, source, lengths=None):',
    '        """source [Tx,B], lengths [B] (None: all Tx) -> what the decoder looks at, and the state that it begins with"""',
    `        y, _ = ${runOf(a, 'self.enc', vectors(a, 'source', 'self.src_emb', 'self.source_vocabulary'), 'None', 'lengths')}`,
    '        if lengths is None:',
    '            lengths = torch.full((y.shape[1],), len(y), device=y.device)',
    pooled({ pooling: 'last', bidirectional: a.bidirectional }),
    '        h = torch.tanh(self.init(pooled)).view(-1, LAYERS, DECODER_HIDDEN).transpose(0, 1).contiguous()',
    '        real = torch.arange(len(y), device=y.device)[:, None] < lengths  # [Tx,B]',
    `        return (y, real), ${a.cell === 'lstm' ? '(h, torch.zeros_like(h))' : 'h'}`,
    '',
    a.attention === 'bahdanau' ? additiveDecoder(a) : sequenceDecoder(a),
    '',
    '    def forward(self, source, lengths, inputs):',
    '        """source [Tx,B], lengths [B], inputs [Ty,B], the targets a step later -> logits [Ty,B,target_vocabulary]"""',
    '        seen, state = self.encode(source, lengths)',
    '        return self.decode(inputs, seen, state)[0]',
  );
}

const looks = {
  none: '',
  luong: ', looking back by the attention of Luong, Pham & Manning 2015',
  bahdanau: ', looking back by the attention of Bahdanau, Cho & Bengio 2015',
};

function attentionLayers({ attention, score }: Architecture, width: string): string | false {
  switch (attention) {
    case 'none':
      return false;
    case 'luong':
      return lines(
        score === 'general' && `        self.Wa = nn.Linear(${width}, DECODER_HIDDEN, bias=False)`,
        `        self.Wc = nn.Linear(${width} + DECODER_HIDDEN, ATTENTION, bias=False)`,
      );
    case 'bahdanau':
      return lines(
        `        self.W1 = nn.Linear(${width}, ATTENTION, bias=False)`,
        '        self.W2 = nn.Linear(DECODER_HIDDEN, ATTENTION, bias=False)',
        '        self.v = nn.Linear(ATTENTION, 1, bias=False)',
      );
  }
}

const decode = lines(
  '    def decode(self, inputs, seen, state):',
  '        """inputs [Ty,B] -> logits of the next tokens [Ty,B,target_vocabulary], state after them"""',
);

const targets = (a: Architecture) => vectors(a, 'inputs', 'self.tgt_emb', 'self.target_vocabulary');

/** All steps at once; attention, if any, after them. */
function sequenceDecoder(a: Architecture): string {
  const values = a.attention === 'luong';
  return lines(
    decode,
    `        d, state = ${runOf(a, 'self.dec', targets(a), 'state', null)}`,
    values && '        y, real = seen',
    values && `        scores = torch.einsum("tbs,xbs->tbx", d, ${a.score === 'general' ? 'self.Wa(y)' : 'y'})`,
    values && '        weights = scores.masked_fill(~real.t(), float("-inf")).softmax(dim=2)  # [Ty,B,Tx]',
    values && '        context = torch.einsum("tbx,xbf->tbf", weights, y)',
    values && '        d = torch.tanh(self.Wc(torch.cat([context, d], dim=2)))',
    `        return self.out(${dropped(a, 'd')}), state`,
  );
}

/** Step after step: each attends with the state before it. */
function additiveDecoder(a: Architecture): string {
  return lines(
    decode,
    '        y, real = seen',
    '        keys = self.W1(y)  # [Tx,B,ATTENTION]',
    '        outputs = []',
    `        for x in ${targets(a)}:`,
    `            top = state${a.cell === 'lstm' ? '[0]' : ''}[-1]  # [B,DECODER_HIDDEN]`,
    '            scores = self.v(torch.tanh(keys + self.W2(top))).squeeze(2)  # [Tx,B]',
    '            weights = scores.masked_fill(~real, float("-inf")).softmax(dim=0)',
    '            context = torch.einsum("xb,xbf->bf", weights, y)',
    `            d, state = ${runOf(a, 'self.dec', 'torch.cat([context, x], dim=1)[None]', 'state', null)}`,
    '            outputs.append(d[0])',
    `        return self.out(${dropped(a, 'torch.stack(outputs)')}), state`,
  );
}
