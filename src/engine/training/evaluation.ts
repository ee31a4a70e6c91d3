/** Evaluating a model on held-out tokens. */
import type { EvaluationBatches } from '../corpus/batches.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { LanguageModel } from '../model/language-model.ts';

/**
 * Mean cross-entropy (nats a token) over every predicted token of `batches`, the state carried from window to window from zeros.
 * Overwrites the model's carried state and loss; its parameters are not touched.
 * @param turn called between windows: gives the event loop a turn now and then, and throws to abandon the evaluation
 */
export async function evaluate(
  kernels: Kernels,
  model: LanguageModel,
  batches: EvaluationBatches,
  turn: () => Promise<void>,
): Promise<number> {
  const inputs = new Int32Array(model.T * model.B);
  const targets = new Int32Array(model.T * model.B);
  kernels.fill(model.loss, 0);
  model.resetState();
  for (;;) {
    const { steps } = batches.next(inputs, targets);
    if (steps === 0) break;
    model.setBatch(inputs, targets, steps);
    model.forward(null);
    model.measureLoss();
    model.carryState();
    await turn();
  }
  const [sum, count] = await kernels.read(model.loss);
  return sum! / count!;
}
