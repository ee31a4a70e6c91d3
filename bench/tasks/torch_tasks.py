"""
What PyTorch makes of a run of Unroll: the same data, model, seed and number of steps, trained and measured in PyTorch.

    python3 bench/tasks/torch_tasks.py DATASET CONFIG [--part test|valid] [--threads N] [--lockstep FOLDER]

DATASET is the folder of a prepared data set (WORKSPACE/tokens/KEY), CONFIG a file with the run's configuration as JSON.
Prints one line of JSON: {"torch", "parameters", "steps", "seconds", "figures"}. Order, initial values and dropout masks are
drawn by PyTorch and numpy, so figures agree as those of two seeds do.

--lockstep makes the steps of a trace that Unroll left (bench/tasks/lockstep.mjs) from its initial parameters, on its batches
and with its dropout masks, and prints {"losses", "norms"}: these agree digit by digit.
"""
import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

from masks import draw_as_unroll
from measures import measure
from models import MODELS, load_parameters
from prepared import Batches, Prepared, read_safetensors
from training import Training, refuse


def train(model, data, config):
    """Trains for the run's number of steps, and gives that."""
    examples = data.part("train")
    training = Training(model, config, examples)
    for batch in Batches(examples, config["training"]["batch"], config["training"]["seed"]).epochs():
        loss, _ = training.step(batch)
        if training.done % 50 == 0:
            print(f"step {training.done} of {training.total}, loss {loss:.4f}", file=sys.stderr, flush=True)
        if training.done == training.total:
            return training.total


def lockstep(data, config, folder):
    """Losses and gradient norms of the steps in a trace."""
    model = MODELS[data.task](config["architecture"], data)
    load_parameters(model, read_safetensors(folder / "initial.safetensors"))
    dropouts = draw_as_unroll(model, config)
    examples = data.part("train")
    training = Training(model, config, examples)
    made = []
    for step, indices in enumerate(json.loads((folder / "order.json").read_text()), 1):
        for dropout in dropouts:
            dropout.step = step
        made.append(training.step(examples.batch(np.array(indices))))
    losses, norms = zip(*made)
    return {"losses": losses, "norms": norms}


def whole(data, config, part):
    torch.manual_seed(config["training"]["seed"])
    model = MODELS[data.task](config["architecture"], data)
    started = time.monotonic()
    steps = train(model, data, config)
    figures = measure(model, data, part, config["training"]["batch"])
    parameters = sum(p.numel() for p in model.parameters())
    seconds = time.monotonic() - started
    result = {"parameters": parameters, "steps": steps, "seconds": seconds, "figures": figures}
    return {"torch": torch.__version__, **result}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("config")
    parser.add_argument("--part", default="test", choices=["test", "valid"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lockstep", type=Path)
    flags = parser.parse_args()
    config = json.loads(Path(flags.config).read_text())
    refuse(config)
    torch.set_num_threads(flags.threads)
    data = Prepared(flags.dataset)
    result = lockstep(data, config, flags.lockstep) if flags.lockstep else whole(data, config, flags.part)
    print(json.dumps(result))


main()
