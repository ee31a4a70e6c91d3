"""The networks of docs/conventions.md, of PyTorch's own layers with PyTorch's own initialisation."""
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from prepared import BOS, EOS, NO_TARGET, PAD, SPECIALS


def recurrent(a, width, hidden, bidirectional):
    layers = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[a["cell"]]
    between = a["dropout"] if a["layers"] > 1 else 0.0
    return layers(width, hidden, a["layers"], dropout=between, bidirectional=bidirectional)


def run_packed(network, x, lengths):
    """Each sequence to its own end. x [T,B,E] → [T,B,D*H], zeros at padding, and the top layer's last states [B,D*H]."""
    outputs, state = network(pack_padded_sequence(x, lengths, enforce_sorted=False))
    h = state[0] if isinstance(state, tuple) else state
    directions = 2 if network.bidirectional else 1
    return pad_packed_sequence(outputs)[0], torch.cat(list(h[-directions:]), dim=1)


def initial_state(network, h):
    """h [B,L*H] → the state to start from; an LSTM's cells start at zero."""
    layers = h.reshape(len(h), network.num_layers, network.hidden_size).transpose(0, 1).contiguous()
    return (layers, torch.zeros_like(layers)) if isinstance(network, nn.LSTM) else layers


def real_steps(T, lengths):
    """[T,B]: True where a sequence is not padding."""
    return torch.arange(T)[:, None] < lengths[None, :]


def token_loss(logits, targets):
    """Mean cross-entropy of the targets that are there."""
    return cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=NO_TARGET)


class Input(nn.Module):
    """Embedded tokens after dropout, or numbers as they are."""

    def __init__(self, a, inputs):
        super().__init__()
        numbers = a["input"] == "numbers"
        if not numbers and a["embedding"] == 0:
            raise SystemExit("This script has no one-hot inputs: give the run an embedding.")
        self.embedding = None if numbers else nn.Embedding(inputs, a["embedding"])
        self.dropout = nn.Dropout(a["dropout"])
        self.width = inputs if numbers else a["embedding"]

    def forward(self, x):
        return x if self.embedding is None else self.dropout(self.embedding(x))


class Tagger(nn.Module):
    """Many-to-many, Tx = Ty."""

    def __init__(self, a, data):
        super().__init__()
        self.input = Input(a, data.inputs)
        self.rnn = recurrent(a, self.input.width, a["hidden"], a["bidirectional"])
        self.dropout = nn.Dropout(a["dropout"])
        self.out = nn.Linear(a["hidden"] * (2 if a["bidirectional"] else 1), data.outputs)

    def forward(self, batch):
        y, _ = run_packed(self.rnn, self.input(batch["x"]), batch["lengths"])
        return self.out(self.dropout(y))  # [T,B,K]

    def loss(self, batch):
        return token_loss(self(batch), batch["targets"])


class Classifier(nn.Module):
    """Many-to-one: a class, a yes or no, or a forecast."""

    def __init__(self, a, data):
        super().__init__()
        self.pooling = a["pooling"]
        losses = {"binary": binary_cross_entropy_with_logits, "forecasting": mse_loss}
        self.criterion = losses.get(a["task"], cross_entropy)
        self.input = Input(a, data.inputs)
        self.rnn = recurrent(a, self.input.width, a["hidden"], a["bidirectional"])
        self.dropout = nn.Dropout(a["dropout"])
        self.out = nn.Linear(a["hidden"] * (2 if a["bidirectional"] else 1), data.outputs)

    def forward(self, batch):
        lengths = batch["lengths"]
        y, last = run_packed(self.rnn, self.input(batch["x"]), lengths)
        if self.pooling == "mean":
            last = y.sum(0) / lengths[:, None]
        elif self.pooling == "max":
            last = y.masked_fill(~real_steps(len(y), lengths)[:, :, None], -torch.inf).amax(0)
        return self.out(self.dropout(last))  # [B,K]

    def loss(self, batch):
        return self.criterion(self(batch), batch["targets"])


class Generator(nn.Module):
    """One-to-many: a label decides the state that a language model starts from."""

    def __init__(self, a, data):
        super().__init__()
        H = a["hidden"]
        width = a["labelEmbedding"] or H
        self.label = nn.Embedding(len(data.codec["labels"]), width)
        self.initial = nn.Linear(width, a["layers"] * H)
        self.input = Input(a, data.inputs)
        self.rnn = recurrent(a, self.input.width, H, False)
        self.dropout = nn.Dropout(a["dropout"])
        self.out = nn.Linear(H, data.outputs)

    def forward(self, batch):
        state = initial_state(self.rnn, torch.tanh(self.initial(self.label(batch["label"]))))
        y, _ = self.rnn(self.input(batch["x"]), state)
        return self.out(self.dropout(y))  # [T,B,V]

    def loss(self, batch):
        return token_loss(self(batch), batch["targets"])


class Luong(nn.Module):
    """Global attention after the decoder (Luong et al. 2015): a_t = tanh(W_c [c_t ; d_t])."""

    def __init__(self, a, F, S, A):
        super().__init__()
        self.keys = nn.Linear(F, S, bias=False) if a["score"] == "general" else nn.Identity()
        self.combine = nn.Linear(F + S, A, bias=False)

    def forward(self, d, h, real):
        """d [Ty,B,S], h [Tx,B,F], real [Tx,B] → [Ty,B,A]."""
        scores = torch.einsum("tbs,xbs->tbx", d, self.keys(h))
        weights = scores.masked_fill(~real.T[None], -torch.inf).softmax(-1)
        context = torch.einsum("tbx,xbf->tbf", weights, h)
        return torch.tanh(self.combine(torch.cat([context, d], dim=-1)))


class EncoderDecoder(nn.Module):
    """Many-to-many, Tx ≠ Ty."""

    def __init__(self, a, data):
        super().__init__()
        if a["attention"] == "bahdanau":
            raise SystemExit("This script has Luong attention, or none.")
        H = a["hidden"]
        F = H * (2 if a["bidirectional"] else 1)
        S = a["decoderHidden"] or H
        A = (a["attentionSize"] or S) if a["attention"] == "luong" else S
        self.source = Input(a, data.inputs)
        self.encoder = recurrent(a, self.source.width, H, a["bidirectional"])
        self.initial = nn.Linear(F, a["layers"] * S)
        self.target = Input(a, data.outputs)
        self.decoder = recurrent(a, self.target.width, S, False)
        self.attention = Luong(a, F, S, A) if a["attention"] == "luong" else None
        self.dropout = nn.Dropout(a["dropout"])
        self.out = nn.Linear(A, data.outputs)
        if a["tie"]:
            raise SystemExit("This script does not tie weights.")

    def encode(self, batch):
        """→ the encoder's outputs, where they are real, and the decoder's first state."""
        lengths = batch["source_lengths"]
        h, last = run_packed(self.encoder, self.source(batch["source"]), lengths)
        return h, real_steps(len(h), lengths), initial_state(self.decoder, torch.tanh(self.initial(last)))

    def decode(self, x, h, real, state):
        """x [Ty,B] → logits [Ty,B,V], and the state after them."""
        d, state = self.decoder(self.target(x), state)
        return self.out(self.dropout(d if self.attention is None else self.attention(d, h, real))), state

    def forward(self, batch):
        return self.decode(batch["x"], *self.encode(batch))[0]

    def loss(self, batch):
        return token_loss(self(batch), batch["targets"])

    @torch.no_grad()
    def translate(self, batch, longest):
        """The greedy answer to each source: ids without <eos>."""
        h, real, state = self.encode(batch)
        B = h.shape[1]
        x = torch.full((1, B), BOS)
        answers = [[] for _ in range(B)]
        done = torch.zeros(B, dtype=torch.bool)
        for _ in range(longest):
            logits, state = self.decode(x, h, real, state)
            logits[:, :, [PAD, BOS, SPECIALS]] = -torch.inf  # <pad>, <bos> and <unk> are never generated
            x = logits.argmax(-1)
            done |= x[0] == EOS
            for answer, id, ended in zip(answers, x[0].tolist(), done.tolist()):
                if not ended:
                    answer.append(id)
            if done.all():
                break
        return answers


MODELS = {
    "tagging": Tagger,
    "classification": Classifier,
    "binary": Classifier,
    "forecasting": Classifier,
    "conditional-generation": Generator,
    "translation": EncoderDecoder,
}

# How Unroll names what is called otherwise here (docs/conventions.md).
PREFIXES = {
    "input.embedding.": "emb.",
    "label.": "cls.",
    "initial.": "init.",
    "source.embedding.": "src_emb.",
    "encoder.": "enc.",
    "target.embedding.": "tgt_emb.",
    "decoder.": "dec.",
    "attention.keys.": "Wa.",
    "attention.combine.": "Wc.",
}


def load_parameters(model, tensors):
    """Takes over parameters under Unroll's names, all of them."""

    def unroll_name(name):
        prefix = next((p for p in PREFIXES if name.startswith(p)), None)
        return name if prefix is None else PREFIXES[prefix] + name[len(prefix) :]

    state = {name: torch.from_numpy(tensors[unroll_name(name)].copy()) for name in model.state_dict()}
    if len(state) != len(tensors):
        raise SystemExit(f"{len(tensors)} parameters were given, and the model has {len(state)}.")
    model.load_state_dict(state)
