/** The stack of recurrent layers in a PyTorch state dict, under whatever names its modules have. */
import { ModelFileError } from './errors.ts';
import type { GateOrder } from './found-network.ts';
import { reordered, rowsOf, shapeText, transposed, zeros, type FileTensor, type FileTensors } from './tensors.ts';

export interface RecurrentStack {
  readonly cell: 'rnn' | 'gru' | 'lstm';
  readonly layers: number;
  readonly hidden: number;
  readonly directions: 1 | 2;
  /** Width of what the first layer reads. */
  readonly inputs: number;
  /** As this program's: `weight_ih_l0`, `bias_hh_l1_reverse`. */
  readonly parameters: ReadonlyMap<string, FileTensor>;
  /** Names that they have in the file. */
  readonly names: readonly string[];
  readonly gateOrder: GateOrder | null;
}

/** One layer in one direction. */
interface Part {
  readonly ih: FileTensor;
  readonly hh: FileTensor;
  readonly biasIh: FileTensor | null;
  readonly biasHh: FileTensor | null;
  /** In the file, `ih` first. */
  readonly names: readonly string[];
}

/** A layer: its forward direction, and the backward one if there is one. */
type Layer = readonly [Part] | readonly [Part, Part];

const families = { 1: 'rnn', 3: 'gru', 4: 'lstm' } as const;

/** @throws ModelFileError naming the tensor that does not fit, and what would */
export function findLayers(tensors: FileTensors): RecurrentStack {
  const { layers, gateOrder } = inPyTorchsNames(tensors) ?? inGateMatrices(tensors) ?? refuseNone(tensors);
  const [first] = layers;
  const { ih, hh, names } = first![0];
  const hidden = hh.shape[1] ?? 0;
  const gates = rows(ih) / hidden;
  if (gates !== 1 && gates !== 3 && gates !== 4)
    throw new ModelFileError(
      `"${names[0]}" has the shape ${shapeText(ih.shape)}, and "${names[1]}" ${shapeText(hh.shape)}: with H hidden units, a vanilla RNN has H rows, a GRU 3 H, an LSTM 4 H, and the second has H columns.`,
    );
  const directions = first!.length;
  const parameters = new Map<string, FileTensor>();
  layers.forEach((layer, l) => {
    if (layer.length !== directions)
      throw new ModelFileError(
        `Layer ${l + 1} ("${layer[0].names[0]}") has ${layer.length} of ${directions} directions: all layers have one, or all have two.`,
      );
    layer.forEach((part, d) => {
      requireShapes(part, gates * hidden, hidden, l === 0 ? null : hidden * directions);
      const suffix = `_l${l}${d === 1 ? '_reverse' : ''}`;
      parameters.set(`weight_ih${suffix}`, part.ih);
      parameters.set(`weight_hh${suffix}`, part.hh);
      parameters.set(`bias_ih${suffix}`, part.biasIh ?? zeros([gates * hidden]));
      parameters.set(`bias_hh${suffix}`, part.biasHh ?? zeros([gates * hidden]));
    });
  });
  if (gateOrder !== null && gates === 3)
    throw new ModelFileError(
      `"${names[0]}" is of a GRU whose gates are written by hand, and nothing says in which order. Save it from a torch.nn.GRU.`,
    );
  return {
    ...{ cell: families[gates], layers: layers.length, hidden, directions, inputs: ih.shape[1]! },
    parameters,
    names: layers.flatMap((layer) => layer.flatMap(({ names }) => names)),
    gateOrder: gates === 4 ? gateOrder : null,
  };
}

interface Found {
  readonly layers: readonly Layer[];
  readonly gateOrder: GateOrder | null;
}

/** torch.nn.RNN, GRU, LSTM (`weight_ih_l0`) and their cells (`weight_ih`), one module after the other. */
function inPyTorchsNames(tensors: FileTensors): Found | null {
  const layers: Layer[] = [];
  for (const name of tensors.keys()) {
    const match = /^(.*?)weight_ih(_l\d+)?$/.exec(name);
    if (!match) continue;
    const [, prefix = '', suffix = ''] = match;
    const part = (direction: string): Part => {
      const names = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((of) => `${prefix}${of}${suffix}${direction}`);
      const [ih, hh, biasIh, biasHh] = names.map((one) => tensors.get(one));
      if (!ih || !hh) throw new ModelFileError(`"${ih ? names[1] : names[0]}" is missing beside "${name}".`);
      return { ih, hh, biasIh: biasIh ?? null, biasHh: biasHh ?? null, names: names.filter((one) => tensors.has(one)) };
    };
    layers.push(tensors.has(`${name}_reverse`) ? [part(''), part('_reverse')] : [part('')]);
  }
  return layers.length > 0 ? { layers, gateOrder: null } : null;
}

/**
 * Layers written by hand as char-rnn's and torch-rnn's: two linear maps `i2h` and `h2h`, or one matrix [I+H,G*H] for both as
 * torch-rnn has it. Their LSTMs have the gates in the order i, f, o, g.
 */
function inGateMatrices(tensors: FileTensors): Found | null {
  const layers: Layer[] = [];
  for (const [name, tensor] of tensors) {
    const separate = /^(.*?)i2h(.*)weight$/.exec(name);
    if (separate) {
      const [, before = '', after = ''] = separate;
      const of = (map: string, what: string) => `${before}${map}${after}${what}`;
      const hh = tensors.get(of('h2h', 'weight'));
      if (!hh) continue;
      const names = [name, of('h2h', 'weight'), of('i2h', 'bias'), of('h2h', 'bias')].filter((one) => tensors.has(one));
      const bias = (map: string) => tensors.get(of(map, 'bias')) ?? null;
      layers.push([{ ih: tensor, hh, biasIh: bias('i2h'), biasHh: bias('h2h'), names }]);
      continue;
    }
    const joined = /^(.*rnn.*\.)weight$/i.exec(name);
    const bias = joined && tensors.get(`${joined[1]}bias`);
    if (!joined || !bias || tensor.shape.length !== 2 || bias.shape.length !== 1) continue;
    const layer = inOneMatrix(tensor, bias, [name, `${joined[1]}bias`]);
    if (layer) layers.push(layer);
  }
  return layers.length > 0 ? { layers, gateOrder: 'ifog' } : null;
}

/** Whose lower H rows are the recurrent weights: of H there is one that fits an LSTM, or a vanilla RNN. */
function inOneMatrix(weight: FileTensor, biasIh: FileTensor, names: readonly string[]): Layer | null {
  const [below, columns] = weight.shape as [number, number];
  if (biasIh.shape[0] !== columns) return null;
  const hidden = columns % 4 === 0 && columns / 4 < below ? columns / 4 : columns;
  const inputs = below - hidden;
  if (inputs < 1) return null;
  const turned = (start: number, end: number) => transposed(rowsOf(weight, start, end));
  return [{ ih: turned(0, inputs), hh: turned(inputs, below), biasIh, biasHh: null, names }];
}

const rows = ({ shape }: FileTensor) => shape[0] ?? 0;

function requireShapes({ ih, hh, biasIh, biasHh, names }: Part, GH: number, H: number, I: number | null): void {
  const require = (tensor: FileTensor | null, name: string, wanted: readonly (number | null)[]) => {
    if (!tensor) return;
    const fits =
      tensor.shape.length === wanted.length && wanted.every((n, axis) => n === null || n === tensor.shape[axis]);
    if (fits && tensor.shape.every((n) => n > 0)) return;
    const would = `[${wanted.map((n) => n ?? 'inputs').join(', ')}]`;
    throw new ModelFileError(
      `"${name}" has the shape ${shapeText(tensor.shape)}; with ${H} hidden units in every layer it would be ${would}.`,
    );
  };
  const nameOf = (what: string) => names.find((name) => name.includes(what)) ?? names[0]!;
  require(ih, names[0]!, [GH, I]);
  require(hh, names[1]!, [GH, H]);
  require(biasIh, nameOf('bias'), [GH]);
  require(biasHh, names.at(-1)!, [GH]);
}

function refuseNone(tensors: FileTensors): never {
  const some = [...tensors].slice(0, 3).map(([name, { shape }]) => `"${name.slice(0, 100)}" ${shapeText(shape)}`);
  throw new ModelFileError(
    `There are no recurrent layers in the file. It has ${tensors.size} tensors${some.length > 0 ? `, among them ${some.join(', ')}` : ''}; those of an RNN, GRU or LSTM are called weight_ih_l0, weight_hh_l0 and so on.`,
  );
}

/** The tensors of a stack with the gates i, f, g, o in place of i, f, o, g. */
export function inOurGateOrder(parameters: ReadonlyMap<string, FileTensor>): Map<string, FileTensor> {
  return new Map(
    [...parameters].map(([name, tensor]) => [name, name.startsWith('rnn.') ? reordered(tensor, [0, 1, 3, 2]) : tensor]),
  );
}
