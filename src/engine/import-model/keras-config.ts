/** A Keras model's description: the chain of its layers, each with what of it decides what is computed. */
import { z } from 'zod';
import { ModelFileError } from './errors.ts';

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).optional(),
});

const modelSchema = z.object({
  class_name: z.string(),
  config: z.object({ layers: z.array(layerSchema).max(1000) }),
});

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** @param json the text of `config.json`, or of the attribute `model_config` @throws ModelFileError for what is no chain */
export function readKerasLayers(json: string): KerasLayer[] {
  const parsed = modelSchema.safeParse(parseJson(json));
  if (!parsed.success)
    throw new ModelFileError(
      'The model is described in a way that is not known: a Sequential model, or a functional one that is a chain of layers, can be read.',
    );
  const { class_name: kind, config } = parsed.data;
  const layers = config.layers.map((layer) => ({
    className: layer.class_name,
    name: textOf(layer.config['name']) ?? layer.name ?? layer.class_name,
    config: layer.config,
  }));
  if (kind !== 'Sequential') config.layers.forEach((layer, i) => requireChain(layers, i, layer.inbound_nodes ?? []));
  return layers;
}

/** The layer that another wraps: of Bidirectional and TimeDistributed. @throws ModelFileError */
export function wrappedLayer({ name, config }: KerasLayer, key = 'layer'): KerasLayer {
  const parsed = layerSchema.safeParse(config[key]);
  if (!parsed.success) throw new ModelFileError(`The layer "${name}" does not say what it wraps: the file is damaged.`);
  return { className: parsed.data.class_name, name, config: parsed.data.config };
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function requireChain(layers: readonly KerasLayer[], i: number, inbound: readonly unknown[]): void {
  const before = layers[i - 1]?.name;
  const sources = inbound.flatMap(sourcesOf);
  if (i === 0 ? sources.length === 0 : sources.length === 1 && sources[0] === before) return;
  throw new ModelFileError(
    `The layer "${layers[i]!.name}" reads ${sources.length === 0 ? 'nothing' : sources.map((name) => `"${name}"`).join(' and ')}: a model that fits is one chain, in which each layer reads the one before.`,
  );
}

/** Names of the layers that a node reads, as Keras 3 and as Keras 2 write them. */
function sourcesOf(node: unknown): string[] {
  if (Array.isArray(node)) {
    const [name, ...rest] = node as unknown[];
    if (typeof name === 'string' && typeof rest[0] === 'number') return [name];
    return node.flatMap(sourcesOf);
  }
  if (typeof node !== 'object' || node === null) return [];
  const { keras_history: history } = node as { keras_history?: unknown };
  if (Array.isArray(history)) return [String(history[0])];
  return Object.values(node).flatMap(sourcesOf);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelFileError('The description of the layers is not JSON: the file is damaged.');
  }
}
