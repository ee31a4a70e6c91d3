"""Runs exported networks in PyTorch.

stdin: JSON [{"folder": with model.py and its parameters, "inputs": {name: {"shape", "data", "kind": "int" or "float"}}}], inputs being
what forward takes, in order; stdout: [the outputs, flat, ...] as JSON. A generator of labelled texts begins with `labels`.
"""
import importlib.util
import json
import os
import sys

import torch


def tensor(value):
    if value is None:
        return None
    dtype = torch.long if value["kind"] == "int" else torch.float32
    return torch.tensor(value["data"], dtype=dtype).reshape(value["shape"])


def outputs(request):
    spec = importlib.util.spec_from_file_location("model", os.path.join(request["folder"], "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load()
    inputs = {name: tensor(value) for name, value in request["inputs"].items()}
    with torch.no_grad():
        if "labels" in inputs:
            inputs["state"] = model.begin(inputs.pop("labels"))
        found = model(**inputs)
    return (found[0] if isinstance(found, tuple) else found).flatten().tolist()


print(json.dumps([outputs(request) for request in json.load(sys.stdin)]))
