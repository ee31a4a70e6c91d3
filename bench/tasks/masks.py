"""Unroll's dropout masks (docs/conventions.md, random numbers), for steps in lockstep."""
import numpy as np
import torch
from torch import nn

DROPOUT_STREAM = 1000  # plus the number of the dropout layer in the model


def philox(seed, stream, counter, blocks):
    """Philox 4x32-10 (Salmon et al. 2011): the random words of blocks 0 … blocks-1, four each."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    block = np.arange(blocks, dtype=np.uint64)
    c = [block & low, block >> shift, np.full_like(block, counter), np.zeros_like(block)]
    keys = [seed, stream]
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        k0, k1 = (np.uint64(key) for key in keys)
        c = [(second >> shift) ^ c[1] ^ k0, second & low, (first >> shift) ^ c[3] ^ k1, first & low]
        keys = [(keys[0] + 0x9E3779B9) % 2**32, (keys[1] + 0xBB67AE85) % 2**32]
    return np.stack(c, axis=1).ravel()


class UnrollDropout(nn.Module):
    """Inverted dropout with the masks that Unroll draws in a training step; set `step` before each."""

    def __init__(self, p, seed, number):
        super().__init__()
        self.p, self.seed, self.number, self.step = p, seed, number, 0

    def forward(self, x):
        if self.p == 0:
            return x
        words = philox(self.seed, DROPOUT_STREAM + self.number, self.step, -(-x.numel() // 4))[: x.numel()]
        kept = torch.from_numpy(words >= self.p * 2.0**32).reshape(x.shape)
        return x * kept / (1 - self.p)


def draw_as_unroll(model, config):
    """Replaces the dropout layers of a model; gives the new ones."""
    a, seed = config["architecture"], config["training"]["seed"]
    if a["dropout"] > 0 and a["layers"] > 1:
        raise SystemExit("Masks between layers are PyTorch's own: in lockstep a network with dropout has one layer.")
    # In Unroll's order: after the (source) embedding, after the target's, before the output.
    places = [part for part in (getattr(model, name, None) for name in ("input", "source", "target")) if part is not None]
    made = []
    for place in [*places, model]:
        place.dropout = UnrollDropout(a["dropout"], seed, len(made))
        made.append(place.dropout)
    return made
