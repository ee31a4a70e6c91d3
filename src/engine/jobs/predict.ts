/** The prediction job: what a checkpoint's network answers. */
import { CorpusError } from '../corpus/errors.ts';
import { ExampleCodec } from '../data/codec.ts';
import type { EngineFiles } from '../files.ts';
import { predict } from '../inference/predict.ts';
import type { Devices } from '../kernels/devices.ts';
import { modelParameters } from '../model/parameter-specs.ts';
import { ParameterSet } from '../model/parameters.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import { decodeCheckpoint } from '../training/checkpoint.ts';

/** @throws CorpusError for an input that the network cannot read */
export async function answer(
  command: Extract<EngineCommand, { type: 'predict' }>,
  devices: Devices,
  files: EngineFiles,
): Promise<JobResult> {
  const { state, tensors } = decodeCheckpoint(await files.readFile(command.checkpointPath));
  const { architecture } = state.config;
  if (!state.codec) {
    throw new CorpusError('A language model goes on with a text: generate with it instead of asking for a prediction.');
  }
  const codec = new ExampleCodec(state.codec);
  const kernels = await devices.create(command.device);
  const parameters = new ParameterSet(kernels, modelParameters(architecture, codec.sizes), false);
  try {
    parameters.write(parameters.values, (name) => {
      const entry = tensors.get(name);
      if (!entry) throw new Error(`the checkpoint lacks "${name}"`);
      return entry;
    });
    return { type: 'predict', prediction: await predict({ kernels, architecture, codec, parameters }, command.input) };
  } catch (error) {
    // Options that make no sense are the person's to mend.
    throw error instanceof RangeError ? new CorpusError(error.message) : error;
  } finally {
    parameters.dispose();
    kernels.dispose();
  }
}
