/** Using what was trained, in Python: the definition of `show(model, data, tools)`. */
import { lossOf, type Architecture } from '../../../model/spec.ts';
import { lines } from '../python.ts';

const pick = `\
def pick(logits, temperature=0.8):
    """An id drawn from the softmax of logits [vocabulary]; below 1 it keeps to its favourites."""
    return int(torch.multinomial((logits / temperature).softmax(dim=0), 1))`;

export function usingCode(a: Architecture): string[] {
  switch (a.task) {
    case 'language-model':
      return [
        pick,
        lines(
          '@torch.no_grad()',
          'def generate(model, vocabulary, length=200):',
          '    """Text, token after token: it begins with a likely first one."""',
          '    model.eval()',
          '    ids, state = [min(1, len(vocabulary) - 1)], None',
          '    for _ in range(length):',
          '        logits, state = model(torch.tensor([[ids[-1]]], device=DEVICE), state)',
          '        ids.append(pick(logits[0, 0]))',
          '    return vocabulary.decode(ids)',
        ),
      ];
    case 'conditional-generation':
      return [
        pick,
        lines(
          '@torch.no_grad()',
          'def show(model, examples, tools):',
          '    """A text of each of the first labels."""',
          '    model.eval()',
          '    for number, label in enumerate(tools["labels"][:5]):',
          '        ids, state = [BOS], model.begin(torch.tensor([number], device=DEVICE))',
          '        while ids[-1] != EOS and len(ids) < 100:',
          '            logits, state = model(torch.tensor([[ids[-1]]], device=DEVICE), state)',
          '            logits[0, 0, [PAD, BOS]] = float("-inf")',
          '            ids.append(pick(logits[0, 0]))',
          '        print(f"{label}: {tools[\'vocabulary\'].decode([id - SPECIALS for id in ids if id >= SPECIALS])}")',
        ),
      ];
    case 'translation':
      return [
        lines(
          '@torch.no_grad()',
          'def show(model, examples, tools):',
          '    """The first sources, translated by the likeliest token at every step."""',
          '    model.eval()',
          '    for source, target in examples[:5]:',
          '        seen, state = model.encode(side_by_side([source]))',
          '        ids = [BOS]',
          '        while ids[-1] != EOS and len(ids) < 100:',
          '            logits, state = model.decode(torch.tensor([[ids[-1]]], device=DEVICE), seen, state)',
          '            logits[0, 0, [PAD, BOS]] = float("-inf")',
          '            ids.append(int(logits[0, 0].argmax()))',
          '        text = lambda ids: tools["targets"].decode([id - SPECIALS for id in ids if id >= SPECIALS])',
          '        print(f"{tools[\'sources\'].decode(source)} -> {text(ids)} ({text(target)})")',
        ),
      ];
    default:
      return [
        lines(
          '@torch.no_grad()',
          'def show(model, examples, tools):',
          '    """What the network makes of the first examples."""',
          '    model.eval()',
          '    for example in examples[:5]:',
          '        outputs, targets = answer(model, collate([example]))',
          shown(a),
        ),
      ];
  }
}

function shown(a: Architecture): string {
  switch (lossOf(a)) {
    case 'softmax':
      return lines(
        '        names = [tools["labels"][id] for id in outputs.argmax(dim=1).tolist()]',
        '        truth = [tools["labels"][id] for id in targets.tolist()]',
        '        print(" ".join(names), "| true:", " ".join(truth))',
      );
    case 'sigmoid':
      return '        print(outputs.sigmoid().tolist(), "| true:", targets.tolist())';
    case 'squared':
      return '        print(tools["labels"].invert(outputs).tolist(), "| true:", tools["labels"].invert(targets).tolist())';
  }
}
