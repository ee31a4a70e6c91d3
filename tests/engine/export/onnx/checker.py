"""ONNX's own checker, which PyTorch carries, with its inference of types and shapes: what it says of the files in a folder."""
import json
import pathlib
import sys

import torch

objections = {}
for path in sorted(pathlib.Path(json.load(sys.stdin)).glob("*.onnx")):
    try:
        torch._C._check_onnx_proto(path.read_bytes(), True)
        objections[path.name] = None
    except RuntimeError as error:
        objections[path.name] = str(error)
json.dump(objections, sys.stdout)
