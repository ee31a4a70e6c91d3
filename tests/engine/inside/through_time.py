"""Norms of dL/dh_t by lag, by PyTorch's autograd on cells written out here. Reads a list of cases from stdin, prints one list a case."""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def step(cell, x, h, c, W, U, b, d):
    """One time step as docs/conventions.md has it."""
    a, r = x @ W.T + b, h @ U.T + d
    if cell == "lstm":
        i, f, g, o = (a + r).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
    if cell == "gru":
        ar, az, an = a.chunk(3, -1)
        rr, rz, rn = r.chunk(3, -1)
        reset, update = torch.sigmoid(ar + rr), torch.sigmoid(az + rz)
        n = torch.tanh(an + reset * rn)
        return (1 - update) * n + update * h, c
    return torch.tanh(a + r), c


def flows(case, ids, target_of, ends):
    """One sequence: states of every layer and direction, the loss at `ends` (by direction), and the norms by lag."""
    p = {name: torch.tensor(value) for name, value in case["parameters"].items()}
    T, D = len(ids), case["directions"]
    x = [p["emb.weight"][i] for i in ids]
    kept = []
    for layer in range(case["layers"]):
        outputs = []
        for direction in range(D):
            suffix = f"_l{layer}" + ("_reverse" if direction else "")
            W, U, b, d = (p[f"rnn.{n}{suffix}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            H = U.shape[1]
            h, c, states = torch.zeros(H), torch.zeros(H), [None] * T
            for t in reversed(range(T)) if direction else range(T):
                h, c = step(case["cell"], x[t], h, c, W, U, b, d)
                h = h * 1.0  # a name of its own for every use of this state
                h.requires_grad_() if not h.requires_grad else None
                h.retain_grad()
                states[t] = h
            outputs.append(states)
        kept += outputs
        x = [torch.cat([states[t] for states in outputs]) for t in range(T)]
    if case["once"]:
        read = torch.cat([kept[-D + d][0 if d else T - 1] for d in range(D)])
        logits = [read]
    else:
        logits = [x[end] for end in ends]
    found = []
    for k, states in enumerate(kept):
        backward = k % D == 1
        features = logits[0] if case["once"] else logits[1 if backward else 0]
        target = target_of(0 if case["once"] else ends[1 if backward else 0])
        loss = torch.nn.functional.cross_entropy(
            (features @ p["out.weight"].T + p["out.bias"])[None], torch.tensor([target])
        )
        for states_ in kept:
            for h in states_:
                h.grad = None
        loss.backward(retain_graph=True)
        order = range(T) if backward else reversed(range(T))
        found.append([0.0 if states[t].grad is None else states[t].grad.norm().item() for t in order])
    return found


def run(case):
    sums, counts = None, None
    for b, ids in enumerate(case["sequences"]):
        targets = case["targets"][b]
        T = len(ids)
        one = flows(case, ids, (lambda t: targets) if case["once"] else (lambda t: targets[t]), [T - 1, 0])
        sums = sums or [[] for _ in one]
        counts = counts or [[] for _ in one]
        for k, norms in enumerate(one):
            for lag, norm in enumerate(norms):
                if lag == len(sums[k]):
                    sums[k].append(0.0)
                    counts[k].append(0)
                sums[k][lag] += norm
                counts[k][lag] += 1
    return [[s / c for s, c in zip(a, n)] for a, n in zip(sums, counts)]


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
