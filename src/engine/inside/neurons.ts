/** The picture of the neurons: one quantity of one layer at every step of something that is read. */
import { CorpusError } from '../corpus/errors.ts';
import type { Architecture } from '../model/spec-fields.ts';
import { quantitiesOf, type LayerName, type Neurons, type NeuronsLook, type Quantity } from './looks/neurons.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { openSequence } from './reader.ts';
import { layersOf } from './stacks.ts';
import { readStates } from './states.ts';

/** @throws CorpusError for a network without neurons over time, and for a layer or quantity that it does not have */
export async function neurons(opened: OpenedCheckpoint, look: NeuronsLook): Promise<Neurons> {
  const { architecture } = opened;
  const layers = visibleLayers(architecture);
  const layer = requireLayer(architecture, look.layer, look.quantity);
  const kernels = await opened.kernels();
  const sequence = await openSequence(opened, look.source);
  const pieces = layer.part === 'decoder' ? decoderInputs(sequence.targets ?? []) : sequence.pieces;
  const { H } = layer;
  const all = new Float32Array(pieces.length * H);
  for await (const { start, T, model } of sequence.read()) {
    const states = await readStates(kernels, model.recurrences[look.layer], look.quantity);
    const first = Math.max(0, -start); // what is before was the warm-up
    if (first < T) all.set(states.subarray(first * H), (start + first) * H);
    await opened.turn();
  }
  const { bytes, scale } = quantise(all, look.quantity === 'c' ? null : 1);
  return {
    picture: 'neurons',
    step: opened.step,
    source: sequence.source,
    ...{ layers, pieces, H, values: bytes, scale },
  };
}

/** The layers whose states can be seen, in the order of TaskModel.recurrences. */
export function visibleLayers(architecture: Architecture): LayerName[] {
  const { task, attention } = architecture;
  const stepwise = task === 'translation' && attention === 'bahdanau';
  return layersOf(architecture).filter(({ part }) => !stepwise || part === 'encoder');
}

/** @throws CorpusError where there is no such one */
export function requireLayer(architecture: Architecture, index: number, quantity: Quantity): LayerName {
  if (architecture.task === 'standard') {
    throw new CorpusError('A standard network reads each row at once: no neuron of it has a state over time.');
  }
  const layers = visibleLayers(architecture);
  const layer = layers[index];
  if (!layer)
    throw new CorpusError(`This network has ${layers.length} layers to look at: there is none of number ${index + 1}.`);
  if (!quantitiesOf[architecture.cell].includes(quantity)) {
    throw new CorpusError(
      `The cell ${architecture.cell} has no "${quantity}". It has ${quantitiesOf[architecture.cell].join(', ')}.`,
    );
  }
  return layer;
}

/** What a decoder reads at each step: the beginning, then each token it is to predict. */
export function decoderInputs(targets: readonly string[]): string[] {
  return ['<bos> ', ...targets].slice(0, Math.max(1, targets.length));
}

/** @param scale null, or too small for the largest: that of the largest */
export function quantise(
  values: Float32Array,
  scale: number | null,
): { readonly bytes: Uint8Array; readonly scale: number } {
  let most = scale ?? 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  const range = most > 0 ? most : 1;
  return { bytes: Uint8Array.from(values, (value) => 128 + Math.round((value / range) * 127)), scale: range };
}
