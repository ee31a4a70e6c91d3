"""What is measured on the held-out part, computed without Unroll."""
import math
import re
from collections import Counter

import torch

from prepared import EOS, NO_TARGET, evaluation_batches


@torch.no_grad()
def measure(model, data, part, batch):
    """Figures of a model on a part, by Unroll's names for them."""
    model.eval()
    examples = data.part(part)
    batches = evaluation_batches(examples, batch)
    if data.task == "forecasting":
        return forecast_errors(model, examples, batches)
    if data.task == "translation":
        return {**perplexity(model, batches), **translations(model, data, examples, part, batch)}
    return perplexity(model, batches) if data.task == "conditional-generation" else accuracy(model, data.task, batches)


def accuracy(model, task, batches):
    right = count = 0
    for batch in batches:
        outputs, targets = model(batch), batch["targets"]
        best = outputs > 0 if task == "binary" else outputs.argmax(-1)
        there = targets != NO_TARGET
        right += int(((best == targets) & there).sum())
        count += int(there.sum())
    return {"tokenAccuracy" if task == "tagging" else "accuracy": right / count}


def perplexity(model, batches):
    total = count = 0
    for batch in batches:
        n = int((batch["targets"] != NO_TARGET).sum())
        total += float(model.loss(batch)) * n
        count += n
    return {"perplexity": math.exp(total / count)}


def forecast_errors(model, examples, batches):
    squares = naive = count = 0
    for batch in batches:
        truth = examples.in_units(batch["targets"].double().numpy())
        squares = squares + ((examples.in_units(model(batch).double().numpy()) - truth) ** 2).sum((0, 2))
        naive = naive + ((examples.in_units(batch["naive"].double().numpy()) - truth) ** 2).sum((0, 2))
        count += truth.shape[0] * truth.shape[2]
    rmse = [math.sqrt(part.mean() / count) for part in (squares, naive)]
    return {
        "rmse": rmse[0],
        "rmseToNaive": rmse[0] / rmse[1],
        "lastStepToNaive": math.sqrt(squares[-1] / naive[-1]),
    }


def translations(model, data, examples, part, batch):
    lower = data.codec["targetTokenizer"]["config"]["lowercase"]
    answers = []
    longest = data.summary["longestTarget"]
    for each in evaluation_batches(examples, batch):
        answers += model.translate(each, longest)
    texts = [data.target_text(answer) for answer in answers]
    references = data.reference_texts(part)
    if lower:
        texts, references = [t.lower() for t in texts], [r.lower() for r in references]
    exact = sum(t.split() == r.split() for t, r in zip(texts, references)) / len(texts)
    return {"exactMatch": exact, "bleu": bleu(texts, references)}


def tokenize_13a(line):
    """The tokenisation of mteval-v13a.pl, as sacreBLEU's default."""
    for entity, character in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        line = line.replace(entity, character)
    line = re.sub(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])", r" \1 ", f" {line} ")
    line = re.sub(r"([^0-9])([\.,])", r"\1 \2 ", line)
    line = re.sub(r"([\.,])([^0-9])", r" \1 \2", line)
    return re.sub(r"([0-9])(-)", r"\1 \2 ", line).split()


def bleu(hypotheses, references):
    """Corpus BLEU of Papineni et al. 2002 as sacreBLEU defines it: 13a tokens, 4-grams, exponential smoothing."""
    matches, totals = [0] * 4, [0] * 4
    lengths = [0, 0]
    for hypothesis, reference in zip(hypotheses, references):
        ours, theirs = tokenize_13a(hypothesis), tokenize_13a(reference)
        lengths[0] += len(ours)
        lengths[1] += len(theirs)
        for n in range(1, 5):
            found, wanted = (Counter(zip(*(tokens[i:] for i in range(n)))) for tokens in (ours, theirs))
            matches[n - 1] += sum((found & wanted).values())
            totals[n - 1] += sum(found.values())
    if min(totals) == 0 or max(matches) == 0:
        return 0.0
    logs, smoothing = 0.0, 1.0
    for match, total in zip(matches, totals):
        if match == 0:
            smoothing *= 2
        logs += math.log(100 * match / total if match else 100 / (smoothing * total)) / 4
    return math.exp(logs + min(0.0, 1 - lengths[1] / lengths[0]))
