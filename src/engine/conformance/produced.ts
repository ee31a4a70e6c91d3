/** What a device computed for a fixture, by the fixture's own names, and how it compares. */
import type { Kernels } from '../kernels/kernels.ts';
import { compare } from './compare.ts';
import { FixtureError, type Fixture, type FixtureTensor } from './fixture.ts';
import { tolerance, type Quantity } from './tolerances.ts';

/** Numbers by 'section.name': "outputs.logits", "grads.out.bias", "after.step1.out.bias". */
export type Produced = Map<string, ArrayLike<number>>;

/** Adds every entry of a list under a section. */
export function produceAll(
  produced: Produced,
  section: string,
  arrays: Iterable<{ readonly name: string; readonly data: ArrayLike<number> }>,
): void {
  for (const { name, data } of arrays) produced.set(`${section}.${name}`, data);
}

export interface Verdict {
  readonly pass: boolean;
  /** Largest |got - want| / bound over all tensors: up to 1 passes. Infinity where a tensor is missing or not finite. */
  readonly maxError: number;
  /** The tensor with the largest error. */
  readonly worst: string;
}

/** Compares every tensor that the fixture lists; one that was not produced makes the case fail. */
export function judge(fixture: Fixture, produced: Produced, precision: Kernels['precision']): Verdict {
  let maxError = 0;
  let worst: string | null = null;
  for (const { name, tensor, quantity } of expected(fixture)) {
    const got = produced.get(name);
    const error = got ? compare(got, tensor.data, tolerance(precision, quantity)).error : Infinity;
    if (worst === null || error > maxError) {
      maxError = error;
      worst = name;
    }
  }
  if (worst === null) throw new FixtureError(`${fixture.name}: lists no tensor to compare`);
  return { pass: maxError <= 1, maxError, worst };
}

interface Expected {
  readonly name: string;
  readonly tensor: FixtureTensor;
  readonly quantity: Quantity;
}

function* expected(fixture: Fixture): Generator<Expected> {
  for (const section of ['outputs', 'grads', 'grads_clipped', 'grads_clipped_exact'] as const) {
    for (const [name, tensor] of Object.entries(fixture[section])) {
      yield { name: `${section}.${name}`, tensor, quantity: quantityOf(fixture, name, tensor) };
    }
  }
  for (const [variant, parameters] of Object.entries(fixture.after)) {
    for (const [name, tensor] of Object.entries(parameters)) {
      yield { name: `after.${variant}.${name}`, tensor, quantity: 'stepped parameter' };
    }
  }
}

function quantityOf(fixture: Fixture, name: string, tensor: FixtureTensor): Quantity {
  if (tensor.dtype === 'i64') return 'integer';
  return fixture.family === 'E' && name === 'grad_norms' ? 'gradient flow norm' : 'value';
}
