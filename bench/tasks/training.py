"""Optimiser steps as a run's configuration says."""
import math

import torch


def refuse(config):
    """What is not done here, so that two different things are never compared."""
    a, t = config["architecture"], config["training"]
    plain = a["dropoutKind"] == "standard" and not a["layerNorm"] and not a["residual"] and a["reset"] == "after"
    if not plain or t["optimizer"]["kind"] != "adam" or t["classWeights"] != "none" or t["scheduledSampling"]:
        raise SystemExit("This script trains plain recurrent layers with Adam, unweighted and with teacher forcing.")


def learning_rate(base, schedule, step, per_epoch, total):
    """Of a step counted from 1; src/engine/training/schedule.ts."""
    epoch = (step - 1) / per_epoch
    if schedule["kind"] == "constant":
        return base
    if schedule["kind"] == "step":
        if epoch < schedule["afterEpochs"]:
            return base
        steps_down = 1 + math.floor((epoch - schedule["afterEpochs"]) / schedule["everyEpochs"])
        return base * schedule["factor"] ** steps_down
    if schedule["kind"] == "cosine":
        warmup = min(schedule["warmupSteps"], total - 1)
        if step <= warmup:
            return base * step / warmup
        progress = (step - warmup) / max(1, total - warmup)
        return base * (schedule["floor"] + (1 - schedule["floor"]) * (1 + math.cos(math.pi * progress)) / 2)
    raise SystemExit(f"This script has no {schedule['kind']} schedule.")


class Training:
    """Adam on a model, step by step."""

    def __init__(self, model, config, examples):
        self.model = model
        self.settings = t = config["training"]
        self.per_epoch = -(-examples.count // t["batch"])
        by_epochs = math.inf if t["maxEpochs"] is None else math.ceil(t["maxEpochs"] * self.per_epoch)
        self.total = min(by_epochs, t["maxSteps"] or math.inf)
        self.optimizer = torch.optim.Adam(model.parameters())
        self.done = 0
        model.train()

    def step(self, batch):
        """→ the loss, and the gradient's norm before clipping."""
        t = self.settings
        self.done += 1
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(t["learningRate"], t["schedule"], self.done, self.per_epoch, self.total)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.model.loss(batch)
        loss.backward()
        clip = math.inf if t["clip"] is None else t["clip"]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), clip)
        self.optimizer.step()
        return float(loss), float(norm)
