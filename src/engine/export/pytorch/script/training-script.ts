/** A run as a PyTorch program: the same data, network and training, to be read and changed. */
import type { DataSizes } from '../../../model/task-model.ts';
import type { RunConfig } from '../../../training/config.ts';
import { safetensorsReader } from '../model-py.ts';
import { networkCode } from '../network.ts';
import { definitions, lines, literal } from '../python.ts';
import { exampleCode } from './examples.ts';
import { exampleLoop, textLoop } from './loop.ts';
import { scheduleCode, trainingConstants } from './optimising.ts';
import { hasTargetFile, readingCode } from './reading.ts';
import { vocabularyCode, vocabularyModules } from './tokens.ts';
import { usingCode } from './using.ts';

/** The run's files by name, for the program to read where no others are named. */
export interface ScriptFiles {
  readonly main: string;
  readonly valid: string | null;
  readonly test: string | null;
  readonly target: string | null;
  readonly validTarget: string | null;
  readonly testTarget: string | null;
  readonly vectors: string | null;
  /** Of the files, where it must be said; null: UTF-8, or it is found out. */
  readonly encoding: string | null;
}

/** What only the data decide is found by the program itself; these sizes shape the code alone. */
const anySizes: DataSizes = { inputs: 1, outputs: 1, labels: 1 };

/** @param name of the run */
export function trainingScript(name: string, config: RunConfig, files: ScriptFiles): string {
  const { architecture, data, tokenizer, training } = config;
  const isText = data.kind === 'text';
  const network = networkCode(architecture, anySizes);
  const examples = isText ? null : exampleCode(config);
  const readsTokens = architecture.input === 'tokens';
  const areForms = data.kind === 'tagged';
  const modules = [
    ...['argparse', 'json', 'math', 'random', 'struct', 'time'],
    ...(readsTokens ? vocabularyModules(tokenizer, areForms) : []),
    ...(usesCsv(config) ? ['csv'] : []),
  ].sort();
  return (
    definitions(
      lines(
        `"""${docstring(name, config)}"""`,
        ...modules.map((module) => `import ${module}`),
        '',
        'import torch',
        'import torch.nn.functional as F',
        'from torch import nn',
        '',
        network.constants,
        '',
        trainingConstants(training, isText),
        '',
        'DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
      ),
      ...section('Data'),
      readingCode(data, files.encoding ?? 'utf-8-sig'),
      ...(readsTokens ? vocabularyCode(tokenizer, areForms) : []),
      isText ? textParts(config) : exampleParts(config),
      ...(examples?.definitions ?? []),
      ...section('Network'),
      ...network.definitions,
      ...section('Training'),
      scheduleCode(training.schedule),
      ...(examples ? exampleLoop(config, examples.lengthOf) : textLoop(config)),
      ...section('Use'),
      ...usingCode(architecture),
      safetensorsReader,
      ...(files.vectors === null ? [] : [vectorsCode]),
      main(config, files),
      lines('if __name__ == "__main__":', '    main()'),
    ) + '\n'
  );
}

function section(title: string): string[] {
  return [`# ---- ${title} ${'-'.repeat(90 - title.length)}`];
}

function docstring(name: string, config: RunConfig): string {
  const { task } = config.architecture;
  const plain = name.replaceAll(/["\\]/g, "'").replaceAll(/\s+/g, ' ');
  return lines(
    `${plain}: ${task.replaceAll('-', ' ')} in PyTorch, with the data, network and training of this run.`,
    '',
    config.start !== null &&
      'It began with the parameters of another run: give them, exported as safetensors, as --weights.',
    'Written by Unroll. Sequences are time-major. Other random numbers are drawn than in Unroll, so losses agree closely, not digit by digit.',
  );
}

function usesCsv({ data }: RunConfig): boolean {
  return (
    data.kind === 'numeric' ||
    (data.kind === 'table' && data.format !== 'jsonl') ||
    (data.kind === 'pairs' && !hasTargetFile(data))
  );
}

/** Shares of the parts: none of one that has a file of its own. */
function shares({ split, validCorpus, testCorpus }: RunConfig): [string, string] {
  return [literal(validCorpus === null ? split.valid : 0), literal(testCorpus === null ? split.test : 0)];
}

function textParts(config: RunConfig): string {
  const [valid, test] = shares(config);
  return lines(
    'def split(text):',
    '    """One after the other: training, validation, test."""',
    `    valid, test = ${valid}, ${test}`,
    '    ends = [int(len(text) * share + 0.5) for share in (1 - valid - test, 1 - test)]',
    '    parts = {"train": text[: ends[0]], "valid": text[ends[0] : ends[1]], "test": text[ends[1] :]}',
    '    return {name: part for name, part in parts.items() if part}',
  );
}

function exampleParts(config: RunConfig): string {
  const { data } = config;
  const [valid, test] = shares(config);
  const folds = data.kind === 'text' ? null : data.folds;
  const series = data.kind === 'numeric' && data.layout === 'series';
  if (series) {
    return lines(
      'def split(rows):',
      '    """One after the other in time: training, validation, test."""',
      `    valid, test = ${valid}, ${test}`,
      '    ends = [int(len(rows) * share + 0.5) for share in (1 - valid - test, 1 - test)]',
      '    parts = {"train": rows[: ends[0]], "valid": rows[ends[0] : ends[1]], "test": rows[ends[1] :]}',
      '    return {name: part for name, part in parts.items() if part}',
    );
  }
  return lines(
    'def split(examples):',
    '    """At random. (Unroll sees to it that every label is in each part in proportion.)"""',
    '    examples = random.sample(examples, len(examples))',
    folds !== null &&
      `    test = examples[${folds.index - 1} :: ${folds.count}]  # fold ${folds.index} of ${folds.count}`,
    folds !== null &&
      `    examples = [example for i, example in enumerate(examples) if i % ${folds.count} != ${folds.index - 1}]`,
    `    valid = int(len(examples) * ${valid} + 0.5)`,
    folds === null && `    held = valid + int(len(examples) * ${test} + 0.5)`,
    folds === null
      ? '    parts = {"train": examples[held:], "valid": examples[:valid], "test": examples[valid:held]}'
      : '    parts = {"train": examples[valid:], "valid": examples[:valid], "test": test}',
    '    return {name: part for name, part in parts.items() if part}',
  );
}

const vectorsCode = `\
def load_vectors(path, embedding, vocabulary, shift=0):
    """Begins with the word vectors of a text file where there is one for a token."""
    ids = {token: id + shift for id, token in enumerate(vocabulary.tokens)}
    with open(path, encoding="utf-8") as file, torch.no_grad():
        for line in file:
            token, *numbers = line.rstrip().split(" ")
            if token in ids and len(numbers) == EMBEDDING:
                embedding.weight[ids[token]] = torch.tensor([float(number) for number in numbers])`;

function main(config: RunConfig, files: ScriptFiles): string {
  const { data, architecture, training } = config;
  const isText = data.kind === 'text';
  const aligned = hasTargetFile(data);
  const balanced = training.classWeights === 'balanced';
  const own = (part: 'valid' | 'test') => {
    const file = part === 'valid' ? files.valid : files.test;
    const target = part === 'valid' ? files.validTarget : files.testTarget;
    if (file === null) return { flag: false as const, read: false as const };
    const reads = aligned ? `read(arguments.${part}, arguments.${part}_targets)` : `read(arguments.${part})`;
    return {
      flag: lines(
        `    parser.add_argument("--${part}", default=${literal(file)})`,
        aligned && `    parser.add_argument("--${part}-targets", default=${literal(target ?? '')})`,
      ),
      read: `    parts["${part}"] = ${reads}`,
    };
  };
  const [valid, test] = [own('valid'), own('test')];
  const table = architecture.task === 'translation' ? 'src_emb' : 'emb';
  const words = architecture.task === 'translation' ? 'tools["sources"]' : 'tools["vocabulary"]';
  const shift = architecture.task === 'conditional-generation' ? ', SPECIALS' : '';
  return lines(
    'def main():',
    '    parser = argparse.ArgumentParser(description=__doc__)',
    `    parser.add_argument("data", nargs="?", default=${literal(files.main)})`,
    aligned && `    parser.add_argument("--targets", default=${literal(files.target ?? '')})`,
    valid.flag,
    test.flag,
    files.vectors !== null && `    parser.add_argument("--vectors", default=${literal(files.vectors)})`,
    '    parser.add_argument("--max-steps", type=int, help="end after so many steps")',
    '    parser.add_argument("--weights", help="a safetensors file of parameters to begin with")',
    '    parser.add_argument("--save", default="model.pt", help="where the parameters are written")',
    '    arguments = parser.parse_args()',
    '    torch.manual_seed(SEED)',
    '    random.seed(SEED)',
    '',
    `    parts = split(read(arguments.data${aligned ? ', arguments.targets' : ''}))`,
    valid.read,
    test.read,
    isText
      ? lines(
          '    vocabulary = Vocabulary([parts["train"]])',
          '    tools = dict(vocabulary=vocabulary)',
          '    parts = {name: torch.tensor(vocabulary.encode(text), device=DEVICE) for name, text in parts.items()}',
          '    sizes = dict(vocabulary=len(vocabulary))',
        )
      : '    parts, sizes, tools = prepare(parts)',
    '    model = Network(**sizes).to(DEVICE)',
    files.vectors !== null && `    load_vectors(arguments.vectors, model.${table}, ${words}${shift})`,
    '    if arguments.weights:',
    architecture.tie
      ? "        model.load_state_dict(read_safetensors(arguments.weights), strict=False)  # tied: out.weight is the embedding's"
      : '        model.load_state_dict(read_safetensors(arguments.weights))',
    '    print(f"{sum(parameter.numel() for parameter in model.parameters()):,} parameters on {DEVICE}")',
    '',
    balanced && '    weights = balanced_weights(parts["train"], sizes["outputs"])',
    `    train(model, parts, arguments.max_steps${balanced ? ', weights' : ''})`,
    '    if "test" in parts:',
    '        loss, says = evaluate(model, parts["test"])',
    '        print(f"test loss {loss:.6f}  {says}")',
    isText ? '    print(generate(model, vocabulary))' : '    show(model, parts.get("valid", parts["train"]), tools)',
    '    torch.save(model.state_dict(), arguments.save)',
  );
}
