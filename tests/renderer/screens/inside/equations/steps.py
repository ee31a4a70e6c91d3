"""One step of torch's own cells on given numbers, with autograd's gradients. torch has no GRU that resets before the product."""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

CELLS = {
    "lstm": lambda: torch.nn.LSTMCell(2, 2),
    "gru": lambda: torch.nn.GRUCell(2, 2),
    "rnn_tanh": lambda: torch.nn.RNNCell(2, 2),
    "rnn_relu": lambda: torch.nn.RNNCell(2, 2, nonlinearity="relu"),
}


def step(name, given):
    cell = CELLS[name]()
    with torch.no_grad():
        for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(cell, key).copy_(torch.tensor(given[key]))
    x, h, c = (torch.tensor([given[key]], requires_grad=True) for key in ("x", "h", "c"))
    dh, dc = (torch.tensor([given[key]]) for key in ("dh", "dc"))
    if name == "lstm":
        h_next, c_next = cell(x, (h, c))
        ((h_next * dh).sum() + (c_next * dc).sum()).backward()
    else:
        h_next = c_next = cell(x, h)
        (h_next * dh).sum().backward()
    found = {"h": h_next, "c": c_next, "dx": x.grad, "dh_old": h.grad}
    answer = {key: value[0].tolist() for key, value in found.items()}
    weights = {"dW": cell.weight_ih, "dU": cell.weight_hh, "db": cell.bias_ih, "dd": cell.bias_hh}
    answer.update({key: value.grad.tolist() for key, value in weights.items()})
    answer["dc_old"] = [] if c.grad is None else c.grad[0].tolist()
    return answer


json.dump({name: step(name, given) for name, given in json.load(sys.stdin).items()}, sys.stdout)
