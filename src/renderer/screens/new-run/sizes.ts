/** What a plan says of the widths of a network's ends. Pure module. */
import { applies } from './applies.ts';
import type { Draft } from './draft.ts';
import type { Plan } from './planner.svelte.ts';

export interface Sizes {
  /** Vocabulary of the tokens, or numbers of a step. */
  readonly inputs: number;
  /** Vocabulary of the tokens to predict, tags, classes, labels or variables. */
  readonly outputs: number;
  /** Conditional generation: labels to choose from. */
  readonly labels: number;
}

/** null while the data are not known. */
export function sizesOf(plan: Plan | null, draft: Draft): Sizes | null {
  if (!plan) return null;
  const has = applies(draft);
  const inputs = has.tokens ? plan.vocabularySize : draft.inputs.length;
  if (inputs === 0) return null;
  if (!has.examples) return { inputs, outputs: inputs, labels: 0 };
  // The plan may still be that of running text.
  return plan.examples && { inputs, outputs: plan.examples.outputs, labels: plan.examples.labels?.length ?? 0 };
}
