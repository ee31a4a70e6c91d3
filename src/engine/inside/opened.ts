/** A checkpoint that is looked into: what every picture is made from. */
import { CorpusError } from '../corpus/errors.ts';
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import { ExampleCodec } from '../data/codec.ts';
import type { EngineFiles } from '../files.ts';
import type { JobControl } from '../jobs/control.ts';
import type { Devices } from '../kernels/devices.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { modelParameters } from '../model/parameter-specs.ts';
import { ParameterSet } from '../model/parameters.ts';
import type { Architecture } from '../model/spec.ts';
import type { DataSizes } from '../model/task-model.ts';
import type { TrainingData } from '../protocol.ts';
import { decodeCheckpoint, type Checkpoint } from '../training/checkpoint.ts';

export interface OpenOptions {
  readonly checkpointPath: string;
  /** The run's own data; null where the picture needs none. */
  readonly data: TrainingData | null;
  readonly device: string;
  readonly devices: Devices;
  readonly files: EngineFiles;
  readonly control: JobControl;
  readonly progress: (done: number, total: number, what: string) => void;
}

export class OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly architecture: Architecture;
  /** Of a language model; null of other tasks, whose codec has theirs. */
  readonly tokenizer: Tokenizer | null;
  readonly codec: ExampleCodec | null;
  readonly sizes: DataSizes;
  readonly files: EngineFiles;
  readonly signal: AbortSignal;
  readonly progress: OpenOptions['progress'];
  /** To be called often: lets messages be seen, and throws once the job was cancelled. */
  readonly turn: () => Promise<void>;
  readonly #options: OpenOptions;
  #kernels: Kernels | null = null;
  readonly #sets: ParameterSet[] = [];

  private constructor(checkpoint: Checkpoint, options: OpenOptions) {
    const { state } = checkpoint;
    this.checkpoint = checkpoint;
    this.architecture = state.config.architecture;
    this.codec = state.codec && new ExampleCodec(state.codec);
    this.tokenizer = this.codec ? null : deserializeTokenizer(state.tokenizer);
    this.sizes = this.codec?.sizes ?? { inputs: state.vocabularySize, outputs: state.vocabularySize };
    this.files = options.files;
    this.signal = options.control.signal;
    this.progress = options.progress;
    this.turn = options.control.turn;
    this.#options = options;
  }

  /** @throws CheckpointError, SafetensorsError when the file is no whole checkpoint */
  static async open(options: OpenOptions): Promise<OpenedCheckpoint> {
    return new OpenedCheckpoint(decodeCheckpoint(await options.files.readFile(options.checkpointPath)), options);
  }

  /** Steps trained. */
  get step(): number {
    return this.checkpoint.state.step;
  }

  /** The run's own data. @throws CorpusError when they are not there */
  get data(): TrainingData {
    if (this.#options.data) return this.#options.data;
    throw new CorpusError('This picture is made from the data of the run, and they are not there.');
  }

  /** Of the device that was asked for; the same at every call. */
  async kernels(): Promise<Kernels> {
    return (this.#kernels ??= await this.#options.devices.create(this.#options.device));
  }

  /** The trained parameters on the device, disposed of with this. @param training with gradients beside them */
  async parameters(training: boolean): Promise<ParameterSet> {
    const set = new ParameterSet(await this.kernels(), modelParameters(this.architecture, this.sizes), training);
    this.#sets.push(set);
    set.write(set.values, (name) => {
      const entry = this.checkpoint.tensors.get(name);
      if (!entry) throw new Error(`the checkpoint lacks "${name}"`);
      return entry;
    });
    return set;
  }

  dispose(): void {
    for (const set of this.#sets) set.dispose();
    this.#kernels?.dispose();
  }
}
