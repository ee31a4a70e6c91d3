"""Reads a data set that Unroll prepared (src/engine/data/store.ts says what is in its folder)."""
import json
import re
import struct
from pathlib import Path

import numpy as np
import torch

PAD, BOS, EOS, SPECIALS = 0, 1, 2, 3  # ids of generated tokens: <pad>, <bos>, <eos>, then the tokeniser's
NO_TARGET = -1

DTYPES = {"F64": "<f8", "F32": "<f4", "I32": "<i4"}


def read_safetensors(path):
    """The tensors of a file of the safetensors format, by name."""
    content = Path(path).read_bytes()
    (header_bytes,) = struct.unpack("<Q", content[:8])
    start = 8 + header_bytes
    header = json.loads(content[8:start])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            values = np.frombuffer(content[start + first : start + end], DTYPES[entry["dtype"]])
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def read_ids(path, bytes_each):
    return np.fromfile(path, {2: "<u2", 4: "<u4"}[bytes_each]).astype(np.int64)


class Prepared:
    """A data set: its codec, how wide it makes a network's ends, and its parts."""

    def __init__(self, folder):
        folder = Path(folder)
        self.folder = folder
        self.meta = json.loads((folder / "meta.json").read_text())
        self.codec = json.loads((folder / "codec.json").read_text())
        self.summary = self.meta["summary"]
        self.index = read_safetensors(folder / "index.safetensors")
        self.kind = self.codec["kind"]
        self.task = self.codec["task"]
        if self.codec["tokenizer"] is not None:
            self.tokens = read_ids(folder / "tokens.bin", self.meta["bytesPerToken"])
            self.targets = read_ids(folder / "targets.bin", self.meta["bytesPerTarget"])

    def part(self, name):
        """The examples of "train", "valid" or "test"."""
        return {"series": Series, "pairs": Pairs}.get(self.kind, Texts)(self, name)

    @property
    def inputs(self):
        """Source vocabulary, or columns that are read."""
        if self.kind == "series":
            return len(self.codec["inputColumns"])
        return vocabulary_size(self.codec["tokenizer"]) + (SPECIALS if self.task == "conditional-generation" else 0)

    @property
    def outputs(self):
        """Target vocabulary, classes, or numbers of a forecast; 1 for a yes or no."""
        if self.kind == "series":
            return len(self.codec["targetColumns"]) * self.codec["horizon"]
        if self.task == "translation":
            return SPECIALS + vocabulary_size(self.codec["targetTokenizer"])
        if self.task == "conditional-generation":
            return self.inputs
        return 1 if self.task == "binary" else len(self.codec["labels"])

    def reference_texts(self, part):
        lines = (self.folder / f"texts-{part}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line)[1] for line in lines]

    def target_text(self, ids):
        """The text of generated ids."""
        tokenizer = self.codec["targetTokenizer"]
        tokens = ["<unk>", *tokenizer["tokens"]]
        chosen = [tokens[i - SPECIALS] for i in ids if i >= SPECIALS]
        return "".join(chosen) if tokenizer["kind"] == "char" else spaced(chosen)


def spaced(words):
    """Words with a space between, but for punctuation: closing marks stand at the word before them, opening ones after."""
    text = re.sub(r'" (.*?) "', r'"\1"', " ".join(words))
    return re.sub(r"([(\[{«“‘‹„‚¿¡]) ", r"\1", re.sub(r" ([.,;:!?…%)\]}»”’›])", r"\1", text))


def vocabulary_size(tokenizer):
    if tokenizer["kind"] == "bpe":
        raise SystemExit("This script reads tokenisers of characters and words.")
    return 1 + len(tokenizer["tokens"])  # <unk> is 0


def side_by_side(sequences, fill=0):
    """Sequences of ids → [T,B], filled at the end."""
    most = max(len(s) for s in sequences)
    return torch.from_numpy(np.stack([np.pad(s, (0, most - len(s)), constant_values=fill) for s in sequences], axis=1))


class Texts:
    """Tagged sentences, labelled texts, or texts to generate for a label."""

    def __init__(self, prepared, part):
        self.prepared = prepared
        entry = {name[len(part) + 1 :]: t for name, t in prepared.index.items() if name.startswith(f"{part}.")}
        self.start = entry["start"].astype(np.int64)
        self.length = entry["length"]
        self.label = entry.get("label")
        self.target_start = entry.get("targetStart", np.zeros(0)).astype(np.int64)
        self.target_length = entry.get("targetLength")
        self.count = len(self.length)

    @property
    def sort_key(self):
        """What examples are bucketed by."""
        return self.length

    def sources(self, indices):
        return [self.prepared.tokens[self.start[i] : self.start[i] + self.length[i]] for i in indices]

    def batch(self, indices):
        sources = self.sources(indices)
        task = self.prepared.task
        if task == "conditional-generation":
            return {"label": torch.from_numpy(self.label[indices].astype(np.int64)), **generated(sources)}
        batch = {"x": side_by_side(sources), "lengths": torch.tensor([len(s) for s in sources])}
        if task == "tagging":
            tags = [self.prepared.targets[self.start[i] : self.start[i] + self.length[i]] for i in indices]
            return {**batch, "targets": side_by_side(tags, NO_TARGET)}
        label = torch.from_numpy(self.label[indices].astype(np.int64))
        return {**batch, "targets": label[:, None].float() if task == "binary" else label}


class Pairs(Texts):
    """Source and target texts."""

    @property
    def sort_key(self):
        return self.length.astype(np.int64) * (int(self.target_length.max()) + 1) + self.target_length

    def answers(self, indices):
        of = self.prepared.targets
        return [of[self.target_start[i] : self.target_start[i] + self.target_length[i]] for i in indices]

    def batch(self, indices):
        sources = self.sources(indices)
        lengths = torch.tensor([len(s) for s in sources])
        answers = [answer + SPECIALS for answer in self.answers(indices)]
        return {"source": side_by_side(sources), "source_lengths": lengths, **generated(answers, offset=0)}


def generated(sequences, offset=SPECIALS):
    """Teacher forcing: <bos> and the tokens → the tokens and <eos>."""
    ids = [s + offset for s in sequences]
    return {
        "x": side_by_side([np.concatenate([[BOS], s]) for s in ids]),
        "targets": side_by_side([np.concatenate([s, [EOS]]) for s in ids], NO_TARGET),
    }


class Series:
    """Windows of a time series, and the rows that follow each."""

    def __init__(self, prepared, part):
        codec = prepared.codec
        if codec["forecastAt"] != "end":
            raise SystemExit("This script forecasts at the end of a window.")
        self.window, self.horizon = codec["window"], codec["horizon"]
        self.offset, self.scale = (np.array(codec["targetScaler"][name]) for name in ("offset", "scale"))
        self.inputs = scaled(prepared.index[f"{part}.inputs"], codec["inputScaler"])
        self.targets = scaled(prepared.index[f"{part}.targets"], codec["targetScaler"])
        self.first = prepared.index[f"{part}.windows"]
        self.count = len(self.first)
        self.sort_key = None

    def batch(self, indices):
        first = self.first[indices]
        x = np.stack([self.inputs[f : f + self.window] for f in first], axis=1)
        ends = first + self.window
        targets = np.stack([self.targets[e : e + self.horizon].ravel() for e in ends])
        naive = np.stack([np.tile(self.targets[e - 1], self.horizon) for e in ends])
        lengths = torch.full((len(first),), self.window)
        return {"x": floats(x), "lengths": lengths, "targets": floats(targets), "naive": floats(naive)}

    def in_units(self, values):
        """[B,h*V] scaled → [B,h,V] in the units of the data."""
        return values.reshape(len(values), self.horizon, -1) * self.scale + self.offset


def scaled(values, scaler):
    return (values - np.array(scaler["offset"])) / np.array(scaler["scale"])


def floats(values):
    return torch.from_numpy(values.astype(np.float32))


class Batches:
    """
    Training batches: an epoch is a random permutation cut into pools of 50 batches; a pool is sorted by length and cut
    into batches, and these are shuffled. As Unroll's (src/engine/data/example-order.ts), with numpy's random numbers.
    """

    POOL = 50

    def __init__(self, examples, batch, seed):
        self.examples = examples
        self.size = batch
        self.random = np.random.RandomState(seed)

    def epochs(self):
        while True:
            order = self.random.permutation(self.examples.count)
            for first in range(0, len(order), self.POOL * self.size):
                pool = order[first : first + self.POOL * self.size]
                if self.examples.sort_key is not None:
                    pool = pool[np.argsort(self.examples.sort_key[pool], kind="stable")]
                batches = [pool[i : i + self.size] for i in range(0, len(pool), self.size)]
                for number in self.random.permutation(len(batches)):
                    yield self.examples.batch(batches[number])


def evaluation_batches(examples, batch):
    for first in range(0, examples.count, batch):
        yield examples.batch(np.arange(first, min(first + batch, examples.count)))
