"""
What PyTorch makes of a run of Unroll: the same data set, model, seed and number of steps, trained and measured without Unroll.

    python3 bench/tasks/torch_tasks.py DATASET CONFIG [--part test|valid] [--threads N]

DATASET is the folder of a prepared data set (WORKSPACE/tokens/KEY), CONFIG a file with the run's configuration as JSON. Prints
one line of JSON: {"torch", "parameters", "steps", "seconds", "figures"}. Order, initial values and dropout masks are drawn by
PyTorch and numpy, so figures agree as those of two seeds do.
"""
import argparse
import json
import math
import sys
import time
from pathlib import Path

import torch

from measures import measure
from models import MODELS
from prepared import Batches, Prepared


def learning_rate(base, schedule, step, per_epoch, total):
    """Of a step counted from 1; src/engine/training/schedule.ts."""
    epoch = (step - 1) / per_epoch
    if schedule["kind"] == "constant":
        return base
    if schedule["kind"] == "step":
        if epoch < schedule["afterEpochs"]:
            return base
        return base * schedule["factor"] ** (1 + math.floor((epoch - schedule["afterEpochs"]) / schedule["everyEpochs"]))
    if schedule["kind"] == "cosine":
        warmup = min(schedule["warmupSteps"], total - 1)
        if step <= warmup:
            return base * step / warmup
        progress = (step - warmup) / max(1, total - warmup)
        return base * (schedule["floor"] + (1 - schedule["floor"]) * (1 + math.cos(math.pi * progress)) / 2)
    raise SystemExit(f"This script has no {schedule['kind']} schedule.")


def refuse(config):
    """What this script does not do, so that it never compares two different things."""
    a, t = config["architecture"], config["training"]
    plain = a["dropoutKind"] == "standard" and not a["layerNorm"] and not a["residual"] and a["reset"] == "after"
    if not plain or t["optimizer"]["kind"] != "adam" or t["classWeights"] != "none" or t["scheduledSampling"]:
        raise SystemExit("This script trains plain recurrent layers with Adam, unweighted and with teacher forcing.")


def train(model, data, config):
    """Trains for the run's number of steps, and gives it back."""
    t = config["training"]
    batches = Batches(data.part("train"), t["batch"], t["seed"])
    by_epochs = math.inf if t["maxEpochs"] is None else math.ceil(t["maxEpochs"] * batches.per_epoch)
    total = min(by_epochs, t["maxSteps"] or math.inf)
    optimizer = torch.optim.Adam(model.parameters())
    model.train()
    for step, batch in zip(range(1, total + 1), batches.epochs()):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(t["learningRate"], t["schedule"], step, batches.per_epoch, total)
        optimizer.zero_grad(set_to_none=True)
        loss = model.loss(batch)
        loss.backward()
        if t["clip"] is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), t["clip"])
        optimizer.step()
        if step % 50 == 0:
            print(f"step {step} of {total}, loss {float(loss):.4f}", file=sys.stderr, flush=True)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset")
    parser.add_argument("config")
    parser.add_argument("--part", default="test", choices=["test", "valid"])
    parser.add_argument("--threads", type=int, default=2)
    flags = parser.parse_args()
    config = json.loads(Path(flags.config).read_text())
    refuse(config)
    torch.set_num_threads(flags.threads)
    torch.manual_seed(config["training"]["seed"])
    data = Prepared(flags.dataset)
    model = MODELS[data.task](config["architecture"], data)
    started = time.monotonic()
    steps = train(model, data, config)
    seconds = time.monotonic() - started
    figures = measure(model, data, flags.part, config["training"]["batch"])
    parameters = sum(p.numel() for p in model.parameters())
    result = {"torch": torch.__version__, "parameters": parameters, "steps": steps, "seconds": seconds, "figures": figures}
    print(json.dumps(result))


main()
