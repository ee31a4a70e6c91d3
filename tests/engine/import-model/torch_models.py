"""Writes models of PyTorch into a folder as other people's programs save them; prints what each computes.

stdin: the folder. stdout: {name: {"ids": [T], "logits": [T][V], "tokens": [V] or null}}.
"""
import json
import pickle
import sys
import types

import torch
import torch.nn as nn
import torch.nn.functional as F

folder = json.load(sys.stdin)
torch.manual_seed(7)
results = {}

# word_language_model of pytorch/examples: its model.py, as far as a recurrent model goes. The module is called as there, for a pickle
# of a whole model names it.
source = types.ModuleType('model')
sys.modules['model'] = source


class RNNModel(nn.Module):
    """Container module with an encoder, a recurrent module, and a decoder."""

    def __init__(self, rnn_type, ntoken, ninp, nhid, nlayers, dropout=0.5, tie_weights=False):
        super(RNNModel, self).__init__()
        self.ntoken = ntoken
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        if rnn_type in ['LSTM', 'GRU']:
            self.rnn = getattr(nn, rnn_type)(ninp, nhid, nlayers, dropout=dropout)
        else:
            nonlinearity = {'RNN_TANH': 'tanh', 'RNN_RELU': 'relu'}[rnn_type]
            self.rnn = nn.RNN(ninp, nhid, nlayers, nonlinearity=nonlinearity, dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)
        if tie_weights:
            self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.8, 0.8)
        nn.init.uniform_(self.decoder.weight, -0.8, 0.8)
        nn.init.uniform_(self.decoder.bias, -0.5, 0.5)
        self.rnn_type = rnn_type
        self.nhid = nhid
        self.nlayers = nlayers

    def forward(self, input):
        emb = self.drop(self.encoder(input))
        output, _ = self.rnn(emb)
        decoded = self.decoder(self.drop(output))
        return decoded.view(-1, self.ntoken)


RNNModel.__module__ = 'model'
source.RNNModel = RNNModel


class CharRNN(nn.Module):
    """spro/char-rnn.pytorch."""

    def __init__(self, input_size, hidden_size, output_size, model='gru', n_layers=1):
        super(CharRNN, self).__init__()
        self.encoder = nn.Embedding(input_size, hidden_size)
        self.rnn = {'gru': nn.GRU, 'lstm': nn.LSTM}[model](hidden_size, hidden_size, n_layers)
        self.decoder = nn.Linear(hidden_size, output_size)

    def forward(self, input):
        output, _ = self.rnn(self.encoder(input).unsqueeze(1))
        return self.decoder(output.squeeze(1))


CharRNN.__module__ = 'model'
source.CharRNN = CharRNN


class OneHot(nn.Module):
    """The char-rnn of many courses: one-hot characters, `tokens` in the checkpoint."""

    def __init__(self, V, n_hidden, n_layers):
        super().__init__()
        self.V = V
        self.lstm = nn.LSTM(V, n_hidden, n_layers, batch_first=True)
        self.fc = nn.Linear(n_hidden, V)

    def forward(self, input):
        output, _ = self.lstm(F.one_hot(input, self.V).float().unsqueeze(0))
        return self.fc(output.squeeze(0))


class Cells(nn.Module):
    """LSTMCells one upon the other."""

    def __init__(self, V, E, H, layers):
        super().__init__()
        self.embed = nn.Embedding(V, E)
        self.cells = nn.ModuleList([nn.LSTMCell(E if l == 0 else H, H) for l in range(layers)])
        self.out = nn.Linear(H, V)
        self.H = H

    def forward(self, input):
        states = [(torch.zeros(1, self.H), torch.zeros(1, self.H)) for _ in self.cells]
        logits = []
        for x in self.embed(input):
            x = x.unsqueeze(0)
            for l, cell in enumerate(self.cells):
                states[l] = cell(x, states[l])
                x = states[l][0]
            logits.append(self.out(x))
        return torch.cat(logits)


def ifog(gates, c):
    i, f, o, g = gates.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


class Maps(nn.Module):
    """karpathy/char-rnn, its LSTM.lua in PyTorch: i2h and h2h, gates i, f, o, g."""

    def __init__(self, V, H, layers):
        super().__init__()
        self.V, self.H = V, H
        self.i2h = nn.ModuleList([nn.Linear(V if l == 0 else H, 4 * H) for l in range(layers)])
        self.h2h = nn.ModuleList([nn.Linear(H, 4 * H) for _ in range(layers)])
        self.decoder = nn.Linear(H, V)

    def forward(self, input):
        states = [(torch.zeros(1, self.H), torch.zeros(1, self.H)) for _ in self.i2h]
        logits = []
        for x in F.one_hot(input, self.V).float():
            x = x.unsqueeze(0)
            for l in range(len(states)):
                h, c = states[l]
                states[l] = ifog(self.i2h[l](x) + self.h2h[l](h), c)
                x = states[l][0]
            logits.append(self.decoder(x))
        return torch.cat(logits)


class TorchRNNLayer(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(D + H, 4 * H) * 0.3)
        self.bias = nn.Parameter(torch.randn(4 * H) * 0.3)


class TorchRNN(nn.Module):
    """jcjohnson/torch-rnn, its LSTM.lua in PyTorch: one matrix [D+H,4H] for input and state, gates i, f, o, g."""

    def __init__(self, V, D, H, layers):
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.rnns = nn.ModuleList([TorchRNNLayer(D if l == 0 else H, H) for l in range(layers)])
        self.linear = nn.Linear(H, V)
        self.H = H

    def forward(self, input):
        states = [(torch.zeros(1, self.H), torch.zeros(1, self.H)) for _ in self.rnns]
        logits = []
        for x in self.embedding(input):
            x = x.unsqueeze(0)
            for l, layer in enumerate(self.rnns):
                h, c = states[l]
                states[l] = ifog(torch.cat([x, h], 1) @ layer.weight + layer.bias, c)
                x = states[l][0]
            logits.append(self.linear(x))
        return torch.cat(logits)


def record(name, model, V, run=None):
    model.eval()
    ids = torch.randint(V, (9,))
    with torch.no_grad():
        logits = (run or model)(ids)
    results[name] = {'ids': ids.tolist(), 'logits': logits.double().tolist()}


def column(model):
    return lambda ids: model(ids.unsqueeze(1))


V = 11
for kind in ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']:
    model = RNNModel(kind, V, 6, 8, 2, dropout=0.2)
    for name, save in {
        f'wlm-{kind}-whole.pt': lambda path: torch.save(model, path),
        f'wlm-{kind}-state.pt': lambda path: torch.save(model.state_dict(), path),
        f'wlm-{kind}-legacy.pt': lambda path: torch.save(model, path, _use_new_zipfile_serialization=False),
    }.items():
        save(f'{folder}/{name}')
        record(name, model, V, column(model))

tied = RNNModel('LSTM', V, 8, 8, 1, tie_weights=True)
torch.save(tied, f'{folder}/wlm-tied.pt')
record('wlm-tied.pt', tied, V, column(tied))
torch.save(tied.state_dict(), f'{folder}/wlm-tied-state.pt')
record('wlm-tied-state.pt', tied, V, column(tied))

half = RNNModel('GRU', V, 6, 8, 1).half().float()
torch.save(half.half().state_dict(), f'{folder}/half.pth')
record('half.pth', half.float(), V, column(half))

wrapped = RNNModel('LSTM', V, 6, 8, 1)
torch.save({'epoch': 3, 'model_state_dict': nn.DataParallel(wrapped).state_dict(), 'lr': 0.1}, f'{folder}/parallel.tar')
record('parallel.tar', wrapped, V, column(wrapped))

for kind in ['gru', 'lstm']:
    spro = CharRNN(V, 7, V, kind, 2)
    torch.save(spro, f'{folder}/spro-{kind}.pt')
    record(f'spro-{kind}.pt', spro, V)

onehot = OneHot(V, 6, 2)
tokens = tuple('abcdefghij\n')
torch.save({'n_hidden': 6, 'n_layers': 2, 'state_dict': onehot.state_dict(), 'tokens': tokens}, f'{folder}/onehot.net')
record('onehot.net', onehot, V)
results['onehot.net']['tokens'] = list(tokens)

for name, model in {'cells.pt': Cells(V, 5, 6, 2), 'maps.pt': Maps(V, 5, 2), 'torch-rnn.pt': TorchRNN(V, 5, 6, 2)}.items():
    torch.save(model.state_dict(), f'{folder}/{name}')
    record(name, model, V)

reader = nn.ModuleDict({'embedding': nn.Embedding(V, 5), 'lstm': nn.LSTM(5, 4, 2, bidirectional=True), 'classifier': nn.Linear(8, 3)})
torch.save(reader.state_dict(), f'{folder}/classifier.pt')


def classify(ids):
    _, (h, _) = reader['lstm'](reader['embedding'](ids).unsqueeze(1))
    return reader['classifier'](torch.cat([h[-2], h[-1]], 1))


record('classifier.pt', reader, V, classify)


# What must be refused.
class Evil:
    def __reduce__(self):
        return (open, (f'{folder}/was-run', 'w'))


torch.save({'state_dict': Evil()}, f'{folder}/evil.pt')
torch.save(Evil(), f'{folder}/evil-legacy.pt', _use_new_zipfile_serialization=False)
with open(f'{folder}/plain.pkl', 'wb') as file:
    pickle.dump({'weights': [1, 2, 3]}, file)
torch.save(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)).state_dict(), f'{folder}/mlp.pt')
extra = RNNModel('LSTM', V, 6, 8, 1)
extra.more = nn.Linear(8, 5)
torch.save(extra.state_dict(), f'{folder}/extra.pt')
torch.save({'model': nn.Linear(2, 2).state_dict(), 'optimizer': torch.device('cpu')}, f'{folder}/linear.pt')
torch.save(torch.zeros(3).expand(1000000, 3), f'{folder}/expanded.pt')

print(json.dumps(results))
