/** A trained model in ONNX's format (onnx.ai), with the standard's own operators only. */
import { BOS, EOS } from '../../data/codec.ts';
import { elements } from '../../model/buffers.ts';
import { shapeOf } from '../../model/spec.ts';
import { ExportError } from '../errors.ts';
import { modelMetadata, type Described } from '../metadata.ts';
import type { ExportFile } from '../portable.ts';
import type { Graph } from './graph.ts';
import type { Network } from './layers.ts';
import { labelGraph, sequenceGraph, standardGraph } from './sequence-graphs.ts';
import { decoderStepGraph, encoderGraph } from './translation-graphs.ts';

/** What these files are written from. */
export type OnnxModel = Network & Described;

/** A file of the format ends before 2 GB; this leaves some for what is not numbers. */
export const MOST_BYTES = 2 ** 31 - 2 ** 24;

/** The graphs of a model, each in a file of its own, and what people are told of each. */
interface NamedGraph {
  readonly file: string;
  readonly graph: (network: Network) => Graph;
  readonly documentation: string;
}

/**
 * One file for most networks; two where something is computed once before steps: `encoder.onnx` and `decoder-step.onnx`, or
 * `initial-state.onnx` and `step.onnx`. All numbers are as in the network itself: time-major, ids as the tokeniser gives them, numbers scaled,
 * outputs before softmax or logistic function.
 * @throws ExportError for a network too large for the format
 */
export function onnxFiles(model: OnnxModel): ExportFile[] {
  requireRoom(model);
  return graphsOf(model).map(({ file, graph, documentation }) => ({
    name: file,
    bytes: graph(model).encode({ producer: model.trainedWith, documentation, metadata: modelMetadata(model) }),
  }));
}

function requireRoom({ parameters }: Network): void {
  const bytes = [...parameters.values()].reduce((sum, { shape }) => sum + 4 * elements(shape), 0);
  if (bytes <= MOST_BYTES) return;
  throw new ExportError(
    `The parameters take ${(bytes / 1e9).toFixed(1)} GB, and an ONNX file holds at most 2 GB: export the model as safetensors instead.`,
  );
}

function graphsOf({ architecture }: Network): NamedGraph[] {
  const network = (documentation: string) => [{ file: 'model.onnx', graph: sequenceGraph, documentation }];
  switch (shapeOf(architecture)) {
    case 'one-to-one':
      return [
        { file: 'model.onnx', graph: standardGraph, documentation: 'A standard network: an answer to each row.' },
      ];
    case 'many-to-one':
      return network(`${timeMajor} One answer for each sequence.`);
    case 'many-to-many-aligned':
      return network(
        architecture.task === 'language-model'
          ? `${timeMajor} At every step the logits of the token after it. To generate, choose one and feed it with the states that came out.`
          : `${timeMajor} One answer for each step.`,
      );
    case 'one-to-many':
      return [
        {
          file: 'initial-state.onnx',
          graph: labelGraph,
          documentation: 'Sets the states from which step.onnx generates a sequence of a label.',
        },
        {
          file: 'step.onnx',
          graph: sequenceGraph,
          documentation: `${timeMajor} At every step the logits of the token after it. To generate, begin with the states of initial-state.onnx and token ${BOS}; choose a token and feed it with the states that came out, until token ${EOS} ends the sequence.`,
        },
      ];
    case 'many-to-many-unaligned':
      return [
        {
          file: 'encoder.onnx',
          graph: encoderGraph,
          documentation: `${timeMajor} Reads the sources, once; what comes out goes into every step of decoder-step.onnx.`,
        },
        {
          file: 'decoder-step.onnx',
          graph: decoderStepGraph,
          documentation: `One step of every target: the logits of the next token. Begin with token ${BOS}; choose a token and feed it with the states that came out, until token ${EOS} ends the target.`,
        },
      ];
  }
}

const timeMajor = 'Time comes first: T steps of B sequences side by side.';
