/** Batches, evaluation and the training loop in Python. */
import { hasPerplexity } from '../../../metrics/figures.ts';
import { lossOf, type Architecture } from '../../../model/spec.ts';
import type { RunConfig } from '../../../training/config.ts';
import { lines } from '../python.ts';
import { optimizerOf } from './optimising.ts';

const windows = `\
def windows(ids, rows):
    """Rows side by side, STEPS at a time: inputs and targets [T,rows], and whether the state begins anew."""
    length = (len(ids) - 1) // rows
    x = ids[: rows * length].view(rows, length).t()
    y = ids[1 : rows * length + 1].view(rows, length).t()
    for t in range(0, length, STEPS):
        yield x[t : t + STEPS], y[t : t + STEPS], t == 0`;

const randomWindows = `\
def random_windows(ids):
    """Windows from all over the text, each from a state of zeros."""
    starts = list(range(random.randrange(min(STEPS, len(ids) - BATCH * STEPS)), len(ids) - STEPS, STEPS))
    random.shuffle(starts)
    for i in range(0, len(starts) - BATCH + 1, BATCH):
        places = starts[i : i + BATCH]
        x, y = (torch.stack([ids[s + shift : s + shift + STEPS] for s in places], dim=1) for shift in (0, 1))
        yield x, y, True`;

const detached = (a: Architecture) => (a.cell === 'lstm' ? '(state[0].detach(), state[1].detach())' : 'state.detach()');

export function textLoop(config: RunConfig): string[] {
  const { architecture, training } = config;
  const random = training.partition === 'random';
  return [
    windows,
    ...(random ? [randomWindows] : []),
    lines('def batches(ids):', `    return ${random ? 'random_windows(ids)' : 'windows(ids, BATCH)'}`),
    lines(
      '@torch.no_grad()',
      'def evaluate(model, ids):',
      '    """The mean loss in nats over the tokens of a part, and what to say of it."""',
      '    model.eval()',
      '    total = count = 0',
      '    for x, y, begins in windows(ids, max(1, min(BATCH, (len(ids) - 1) // STEPS))):',
      '        logits, state = model(x, None if begins else state)',
      '        total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()',
      '        count += y.numel()',
      '    loss = total / count',
      '    return loss, f"perplexity {math.exp(loss):.2f}"',
    ),
    trainingLoop(config, 'text', detached(architecture)),
  ];
}

export function exampleLoop(config: RunConfig, lengthOf: string | null): string[] {
  const { architecture } = config;
  return [
    lines(
      'def batches(examples, shuffled=True):',
      lengthOf === null
        ? '    """Every example once."""'
        : '    """Every example once; 50 batches at a time are sorted by length, which keeps padding low."""',
      '    examples = random.sample(examples, len(examples)) if shuffled else examples',
      lengthOf === null
        ? '    groups = [examples[i : i + BATCH] for i in range(0, len(examples), BATCH)]'
        : lines(
            '    groups = []',
            '    for start in range(0, len(examples), 50 * BATCH):',
            `        pool = sorted(examples[start : start + 50 * BATCH], key=lambda example: ${lengthOf})`,
            '        groups += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]',
          ),
      '    if shuffled:',
      '        random.shuffle(groups)',
      '    for group in groups:',
      '        yield collate(group)',
    ),
    lossCode(architecture),
    ...(config.training.classWeights === 'balanced' ? [balanced(architecture)] : []),
    evaluation(architecture),
    trainingLoop(config, 'examples', ''),
  ];
}

function lossCode(a: Architecture): string {
  switch (lossOf(a)) {
    case 'softmax':
      return lines(
        'def loss_of(logits, targets, weights=None, reduction="mean"):',
        '    return F.cross_entropy(logits, targets, weight=weights, ignore_index=-1, reduction=reduction)',
      );
    case 'sigmoid':
      return lines(
        'def loss_of(logits, targets, weights=None, reduction="mean"):',
        '    return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=weights, reduction=reduction)',
      );
    case 'squared':
      return lines(
        'def loss_of(values, targets, weights=None, reduction="mean"):',
        '    return F.mse_loss(values, targets, reduction=reduction)',
      );
  }
}

/** As scikit-learn's "balanced": rare ones weigh as much as frequent ones. */
function balanced(a: Architecture): string {
  return lines(
    'def balanced_weights(examples, outputs):',
    '    """N / (outputs * count) of each class."""',
    '    targets = [collate([example])[-1] for example in examples]',
    lossOf(a) === 'softmax'
      ? '    counts = torch.stack([torch.bincount(one.flatten(), minlength=outputs) for one in targets]).sum(dim=0)'
      : '    counts = torch.stack([one.reshape(-1, outputs).sum(dim=0) for one in targets]).sum(dim=0)',
    '    weights = counts.sum() / (outputs * counts.clamp(min=1))',
    '    return torch.where(counts > 0, weights, torch.ones_like(weights)).float()',
  );
}

/** What an evaluation says besides the loss: how much of `right` is counted, and the sentence. */
function figure(a: Architecture): { readonly right: string | null; readonly says: string } {
  if (hasPerplexity(a.task)) return { right: null, says: 'f"perplexity {math.exp(loss):.2f}"' };
  switch (lossOf(a)) {
    case 'softmax':
      return { right: '(outputs.argmax(dim=1) == targets).sum().item()', says: 'f"accuracy {right / count:.1%}"' };
    case 'sigmoid':
      return { right: '((outputs > 0) == (targets > 0.5)).sum().item()', says: 'f"right {right / count:.1%}"' };
    case 'squared':
      return { right: null, says: 'f"RMSE {math.sqrt(loss):.4f} (scaled)"' };
  }
}

function evaluation(a: Architecture): string {
  const { right, says } = figure(a);
  return lines(
    '@torch.no_grad()',
    'def evaluate(model, examples):',
    '    """The mean loss over a part, and what to say of it."""',
    '    model.eval()',
    `    total = count = ${right === null ? '0' : 'right = 0'}`,
    '    for batch in batches(examples, shuffled=False):',
    '        outputs, targets = answer(model, batch)',
    '        total += loss_of(outputs, targets, reduction="sum").item()',
    `        count += ${lossOf(a) === 'softmax' ? '(targets >= 0).sum().item()' : 'targets.numel()'}`,
    right !== null && `        right += ${right}`,
    '    loss = total / count',
    `    return loss, ${says}`,
  );
}

function trainingLoop({ training }: RunConfig, kind: 'text' | 'examples', detach: string): string {
  const text = kind === 'text';
  const step = training.scheduledSampling ? ', step' : '';
  const plateau = training.schedule.kind === 'plateau' ? training.schedule : null;
  const weights = training.classWeights === 'balanced';
  const usual = text ? 'max(50, round(steps_per_epoch / 10))' : 'max(20, steps_per_epoch)';
  return lines(
    `def train(model, parts, max_steps${weights ? ', weights' : ''}):`,
    '    """Leaves the model with the parameters of the lowest validation loss."""',
    `    optimizer = ${optimizerOf(training.optimizer)}`,
    '    steps_per_epoch = sum(1 for _ in batches(parts["train"]))',
    '    limits = [max_steps, MAX_STEPS, MAX_EPOCHS and math.ceil(MAX_EPOCHS * steps_per_epoch)]',
    '    total_steps = min((limit for limit in limits if limit), default=math.inf)',
    `    eval_every = EVAL_EVERY or ${usual}`,
    '    step = plateaus = since_best = since_reduction = 0',
    '    best, best_parameters, begun = math.inf, None, time.monotonic()',
    '    over = False',
    '    while not over:',
    text ? '        for x, y, begins in batches(parts["train"]):' : '        for batch in batches(parts["train"]):',
    '            step += 1',
    '            for group in optimizer.param_groups:',
    '                group["lr"] = learning_rate(step, (step - 1) / steps_per_epoch, total_steps, plateaus)',
    '            model.train()',
    text
      ? lines(
          '            logits, state = model(x, None if begins else state)',
          `            state = ${detach}  # the state is carried on, the gradient is not`,
          '            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())',
        )
      : `            loss = loss_of(*answer(model, batch${step})${weights ? ', weights' : ''})`,
    '            optimizer.zero_grad()',
    '            loss.backward()',
    training.clip !== null && '            nn.utils.clip_grad_norm_(model.parameters(), CLIP)',
    '            optimizer.step()',
    '            if step == 1 or step % 10 == 0:',
    '                print(f"step {step}  epoch {step / steps_per_epoch:.2f}  loss {loss.item():.6f}", flush=True)',
    '            over = step >= total_steps or (MAX_MINUTES and time.monotonic() - begun > 60 * MAX_MINUTES)',
    '            if "valid" in parts and (step % eval_every == 0 or over):',
    '                valid, says = evaluate(model, parts["valid"])',
    '                print(f"step {step}  validation loss {valid:.6f}  {says}", flush=True)',
    '                since_best, since_reduction = since_best + 1, since_reduction + 1',
    '                if valid < best:',
    '                    best, since_best, since_reduction = valid, 0, 0',
    '                    best_parameters = {name: value.clone() for name, value in model.state_dict().items()}',
    plateau !== null && `                if since_reduction > ${plateau.patience}:`,
    plateau !== null && '                    plateaus, since_reduction = plateaus + 1, 0',
    '                over = over or (EARLY_STOPPING is not None and since_best >= EARLY_STOPPING)',
    '            if over:',
    '                break',
    '    if best_parameters is not None:',
    '        model.load_state_dict(best_parameters)',
  );
}
