/** The generation job: text from a checkpoint. */
import { CorpusError } from '../corpus/errors.ts';
import { deserializeTokenizer } from '../corpus/tokenizer.ts';
import type { EngineFiles } from '../files.ts';
import { Generator } from '../inference/generator.ts';
import type { Devices } from '../kernels/devices.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import { decodeCheckpoint } from '../training/checkpoint.ts';
import type { JobControl } from './control.ts';
import type { Emit } from './train.ts';

/** Text goes out in bunches at this interval. */
const reportEverySeconds = 0.03;

export async function generate(
  command: Extract<EngineCommand, { type: 'generate' }>,
  devices: Devices,
  files: EngineFiles,
  control: JobControl,
  clock: () => number,
  emit: Emit,
): Promise<JobResult> {
  const { state, tensors } = decodeCheckpoint(await files.readFile(command.checkpointPath));
  if (state.codec) {
    throw new CorpusError(
      `This run learned ${state.config.architecture.task}: it does not go on with a text. Ask it for a prediction instead.`,
    );
  }
  const tokenizer = deserializeTokenizer(state.tokenizer);
  const kernels = await devices.create(command.device);
  const generator = new Generator(kernels, state.config.architecture, tokenizer);
  try {
    const { parameters } = generator;
    parameters.write(parameters.values, (name) => {
      const entry = tensors.get(name);
      if (!entry) throw new Error(`the checkpoint lacks "${name}"`);
      return entry;
    });
    const unknown = tokenizer.unknown(command.options.prompt);
    if (unknown.length > 0) emit({ type: 'unknown', characters: unknown });
    let text = '';
    let pending = '';
    let count = 0;
    const started = clock();
    let reportedAt = started;
    for await (const piece of generator.generate(command.options)) {
      text += piece;
      pending += piece;
      count++;
      if (clock() - reportedAt >= reportEverySeconds) {
        emit({ type: 'token', text: pending, count });
        pending = '';
        reportedAt = clock();
      }
      await control.turn();
    }
    if (pending) emit({ type: 'token', text: pending, count });
    const tokensPerSecond = command.options.length / Math.max(clock() - started, 1e-9);
    return { type: 'generate', text, tokensPerSecond };
  } finally {
    generator.dispose();
    kernels.dispose();
  }
}
