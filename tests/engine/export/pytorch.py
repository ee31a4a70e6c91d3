"""Runs exported language models in PyTorch.

stdin: JSON [{"file": path of the safetensors file, "ids": [[...]...] [T, B]}]; stdout: the logits [[T*B*V]...] as JSON.
The safetensors format needs no library: eight bytes with the header's length, the header in JSON, the numbers.
"""
import json
import struct
import sys

import torch


KINDS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


class LanguageModel(torch.nn.Module):
    def __init__(self, V, architecture):
        super().__init__()
        E, H = architecture["embedding"], architecture["hidden"]
        cell = architecture["cell"]
        options = {"nonlinearity": architecture["activation"]} if cell == "rnn" else {}
        self.V = V
        self.emb = torch.nn.Embedding(V, E) if E > 0 else None
        self.rnn = KINDS[cell](E or V, H, architecture["layers"], **options)
        self.out = torch.nn.Linear(H, V)
        if architecture["tie"]:
            self.out.weight = self.emb.weight

    def forward(self, ids):
        x = self.emb(ids) if self.emb else torch.nn.functional.one_hot(ids, self.V).float()
        return self.out(self.rnn(x)[0])


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", name
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return metadata, tensors


def logits(request):
    metadata, tensors = read(request["file"])
    architecture = json.loads(metadata["architecture"])
    model = LanguageModel(int(metadata["vocabulary_size"]), architecture).eval()
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    # A shared matrix stands in the file once.
    assert missing == (["out.weight"] if architecture["tie"] else []) and unexpected == [], (missing, unexpected)
    with torch.no_grad():
        return model(torch.tensor(request["ids"])).flatten().tolist()


print(json.dumps([logits(request) for request in json.load(sys.stdin)]))
