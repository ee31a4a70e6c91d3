/**
 * The names that a pickled model may use, and the plain data that each stands for. Python imports and calls whatever a pickle names;
 * here a name that is not in this list is refused, and those that are do nothing but make the data below.
 */
import { ModelFileError } from './errors.ts';
import { PickledStorage, PickledTensor, type PickleValue } from './pickle-values.ts';

type Make = (args: readonly PickleValue[], name: string) => PickleValue;

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function tensor([storage, offset, shape, strides]: readonly PickleValue[], name: string): PickleValue {
  const counts = (value: PickleValue | undefined): value is number[] => Array.isArray(value) && value.every(isCount);
  if (!(storage instanceof PickledStorage) || !isCount(offset) || !counts(shape) || !counts(strides))
    throw damaged(name);
  if (shape.length !== strides.length) throw damaged(name);
  return new PickledTensor(storage, offset, shape, strides);
}

/** A parameter is its tensor. */
const parameter: Make = ([data], name) => {
  if (!(data instanceof PickledTensor)) throw damaged(name);
  return data;
};

const list: Make = ([items = []], name) => {
  if (!Array.isArray(items)) throw damaged(name);
  return [...items];
};

/** From nothing, or from pairs. */
const dict: Make = ([pairs = []], name) => {
  if (pairs instanceof Map) return new Map(pairs);
  if (!Array.isArray(pairs)) throw damaged(name);
  const entries = pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw damaged(name);
    return pair as [PickleValue, PickleValue];
  });
  return new Map(entries);
};

/** Functions that a pickle may call. */
export const makers: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['collections.OrderedDict', dict],
  ['collections.defaultdict', () => new Map()],
  ['builtins.set', list],
  ['__builtin__.set', list],
  ['builtins.frozenset', list],
  ['torch.Size', list],
  ['torch.device', () => null],
  ['torch._utils._rebuild_tensor', tensor],
  ['torch._utils._rebuild_tensor_v2', tensor],
  ['torch._utils._rebuild_parameter', parameter],
  ['torch._utils._rebuild_parameter_with_state', parameter],
  ['torch.nn.parameter.Parameter', parameter],
  ['torch.nn.Parameter', parameter],
]);

/** Names that stand for a kind of numbers. */
export const storageName = /^torch\.(?:cuda\.)?(\w+Storage)$/;

/** Names that may be mentioned though nothing is made of them. */
export const inertName =
  /^(torch\.(float|double|half|bfloat16|u?int)\d*|torch\.nn\.modules\.\w+\.\w+|torch\.serialization\._get_layout|builtins\.(dict|list|int|float|str|bool|object)|__builtin__\.(dict|list|object))$/;

/** @throws ModelFileError always */
export function refuseGlobal(name: string): never {
  throw new ModelFileError(
    `The file asks Python for "${name.slice(0, 200)}", and a model needs nothing of the kind. Only plain tensors, numbers and texts are read, and nothing is run: save it anew with torch.save(model.state_dict(), "model.pt").`,
  );
}

function damaged(name: string): ModelFileError {
  return new ModelFileError(`The file is damaged: what it has for "${name}" is not what that is made of.`);
}
