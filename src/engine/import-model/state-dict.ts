/** The tensors of a pickled model by name, wherever in the file they are, and what else of the file helps to understand them. */
import { ModelFileError } from './errors.ts';
import { PickledObject, PickledTensor, type PickleValue } from './pickle-values.ts';
import type { FileTensor } from './tensors.ts';
import type { TorchFile } from './torch-file.ts';

export interface StateDict {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** Modules of a model that was pickled whole, by name; empty for a state dict. */
  readonly modules: ReadonlyMap<string, PickledObject>;
  /** What stands beside the tensors: settings, vocabularies. */
  readonly beside: ReadonlyMap<string, PickleValue>;
}

/** Names under which programs keep the tensors in a checkpoint, likeliest first. */
const usualNames = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'rnn', 'decoder'];
/** Modules within modules, and all together; a cycle would have no end. */
const deepest = 30;
const mostModules = 10_000;

/** @throws ModelFileError when there is no model in it */
export function findStateDict({ value, tensor }: TorchFile): StateDict {
  const [holder, beside] = find(value);
  const modules = new Map<string, PickledObject>();
  const pickled = new Map<string, PickledTensor>();
  if (holder instanceof PickledObject) collect(holder, '', 0, modules, pickled);
  else for (const [name, one] of holder) if (one instanceof PickledTensor) pickled.set(String(name), one);
  const names = [...pickled.keys()];
  // torch.nn.DataParallel puts this before every name.
  const wrapped = names.length > 0 && names.every((name) => name.startsWith('module.')) ? 'module.'.length : 0;
  const tensors = new Map([...pickled].map(([name, one]) => [name.slice(wrapped), tensor(name, one)]));
  return {
    tensors,
    modules: new Map([...modules].map(([name, one]) => [name.slice(wrapped), one])),
    beside,
  };
}

type Holder = PickledObject | Map<PickleValue, PickleValue>;

function find(root: PickleValue): [Holder, Map<string, PickleValue>] {
  if (isHolder(root)) return [root, root instanceof Map ? byName(root) : new Map()];
  if (root instanceof Map) {
    const entries = byName(root);
    const found = [...usualNames.map((name) => entries.get(name)), ...entries.values()].find(isHolder);
    if (found) return [found, entries];
  }
  // A list of model, criterion, optimiser.
  const first = Array.isArray(root) ? root.find(isHolder) : undefined;
  if (first) return [first, new Map()];
  throw new ModelFileError(
    'The file holds no tensors by name. Save the state dict of a model: torch.save(model.state_dict(), "model.pt").',
  );
}

function isHolder(value: PickleValue | undefined): value is Holder {
  if (value instanceof PickledObject) return value.field('_modules') instanceof Map;
  return value instanceof Map && [...value.values()].some((one) => one instanceof PickledTensor);
}

function byName(map: ReadonlyMap<PickleValue, PickleValue>): Map<string, PickleValue> {
  return new Map([...map].flatMap(([key, value]) => (typeof key === 'string' ? [[key, value]] : [])));
}

function collect(
  module: PickledObject,
  prefix: string,
  depth: number,
  modules: Map<string, PickledObject>,
  tensors: Map<string, PickledTensor>,
): void {
  if (depth > deepest || modules.size > mostModules)
    throw new ModelFileError('The file is damaged: its modules contain each other.');
  modules.set(prefix, module);
  for (const field of ['_parameters', '_buffers']) {
    const of = module.field(field);
    if (!(of instanceof Map)) continue;
    for (const [name, value] of of) if (value instanceof PickledTensor) tensors.set(`${prefix}${String(name)}`, value);
  }
  const children = module.field('_modules');
  if (!(children instanceof Map)) return;
  for (const [name, child] of children)
    if (child instanceof PickledObject) collect(child, `${prefix}${String(name)}.`, depth + 1, modules, tensors);
}
