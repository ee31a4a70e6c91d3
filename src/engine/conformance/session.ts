import type { Kernels, Tensor } from '../kernels/kernels.ts';
import type { TaskModel } from '../model/task-model.ts';
import { requireTensor, type Fixture } from './fixture.ts';
import { FixtureOptimizer, optimizerNameSchema, type Hyper, type OptimizerName } from './optimizer.ts';
import { produceAll, type Produced } from './produced.ts';

/** A fixture's model at work on its batch. */
export class Session<Model extends TaskModel = TaskModel> {
  readonly model: Model;
  readonly #kernels: Kernels;
  readonly #fixture: Fixture;
  readonly #prepare: () => void;
  readonly #norm: Tensor;
  #optimizer: FixtureOptimizer | null = null;

  /** @param prepare sets the fixture's batch, and initial state if it has one */
  constructor(kernels: Kernels, fixture: Fixture, model: Model, prepare: (model: Model) => void) {
    this.#kernels = kernels;
    this.#fixture = fixture;
    this.#prepare = () => prepare(model);
    this.#norm = kernels.alloc('norm', [1]);
    this.model = model;
  }

  /** The fixture's parameters, batch and initial state; the optimiser, if one is named, before its first step. */
  restart(optimizer?: OptimizerName, hyper?: Hyper): void {
    const { parameters } = this.model;
    parameters.write(parameters.values, (name) => requireTensor(this.#fixture, 'params', name));
    this.#prepare();
    this.#optimizer?.dispose();
    this.#optimizer = optimizer && hyper ? new FixtureOptimizer(this.#kernels, optimizer, hyper, parameters) : null;
  }

  /** Forward and backward; the mean loss. */
  async step(): Promise<number> {
    this.model.forward(null);
    return this.backward();
  }

  /** What follows a forward; the mean loss. */
  async backward(): Promise<number> {
    this.#kernels.fill(this.model.loss, 0);
    this.model.computeLoss();
    this.model.backward();
    const [sum, count] = await this.#kernels.read(this.model.loss);
    return sum / count;
  }

  /** Clips the gradients; their norm before. */
  async clip(theta: number, epsilon: number): Promise<number> {
    this.#kernels.clipByGlobalNorm(this.#norm, this.model.parameters.gradients!, theta, epsilon);
    return (await this.#kernels.read(this.#norm))[0];
  }

  update(): void {
    this.#optimizer?.update(this.model.parameters);
  }

  values() {
    return this.model.parameters.read(this.model.parameters.values);
  }

  gradients() {
    return this.model.parameters.read(this.model.parameters.gradients!);
  }

  /** Parameters after one step of each optimiser that the fixture names. */
  async produceSteps(produced: Produced, optim: Readonly<Partial<Record<OptimizerName, Hyper>>>): Promise<void> {
    for (const name of optimizerNameSchema.options) {
      const hyper = optim[name];
      if (!hyper) continue;
      this.restart(name, hyper);
      await this.step();
      this.update();
      produceAll(produced, `after.${name}`, await this.values());
    }
  }

  dispose(): void {
    this.#optimizer?.dispose();
    this.#kernels.free(this.#norm);
    this.model.dispose();
  }
}
