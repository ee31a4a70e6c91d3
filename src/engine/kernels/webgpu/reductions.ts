/**
 * Sums and maxima over a workgroup, for all of its invocations; all of them have to call. With subgroups (invocations that a GPU computes
 * in lockstep and that read each other's registers) two barriers, without them one for every halving.
 *
 * Which invocations are together in a subgroup, in what order, and whether all subgroups are full is up to the driver, so nothing is taken
 * for granted: an elected invocation of each leaves its subgroup's result at its own place, and then every subgroup goes over all places.
 */
import type { Features } from './kernel.ts';

interface Reduction {
  readonly name: string;
  /** What it begins with: with x it is x. */
  readonly neutral: string;
  readonly subgroup: string;
  readonly combine: (a: string, b: string) => string;
}

const SUM: Reduction = { name: 'sum', neutral: '0.0', subgroup: 'subgroupAdd', combine: (a, b) => `${a} + ${b}` };
const LARGEST: Reduction = {
  name: 'largest',
  neutral: '-3.4028234e38',
  subgroup: 'subgroupMax',
  combine: (a, b) => `max(${a}, ${b})`,
};

/** `sum_of_all(x, lane)`: the sum of x over a workgroup of `size` invocations, a power of two; always in the same order. */
export const sumOfAll = (size: number, has: Features): string => reduction(SUM, size, has);

/** `largest_of_all(x, lane)`: the largest x, of finite numbers. */
export const largestOfAll = (size: number, has: Features): string => reduction(LARGEST, size, has);

function reduction({ name, neutral, subgroup, combine }: Reduction, size: number, { subgroups }: Features): string {
  const places = `${name}_places`;
  const head = /* wgsl */ `
var<workgroup> ${places}: array<f32, ${size}>;
fn ${name}_of_all(x: f32, lane: u32) -> f32 {`;
  if (!subgroups) {
    return /* wgsl */ `${head}
  ${places}[lane] = x;
  workgroupBarrier();
  for (var half = ${size / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) { ${places}[lane] = ${combine(`${places}[lane]`, `${places}[lane + half]`)}; }
    workgroupBarrier();
  }
  let all = ${places}[0];
  workgroupBarrier();
  return all;
}`;
  }
  return /* wgsl */ `
enable subgroups;${head}
  let part = ${subgroup}(x);
  ${places}[lane] = select(${neutral}, part, subgroupElect());
  workgroupBarrier();
  let together = subgroupAdd(1u);
  var mine = ${neutral};
  for (var i = subgroupExclusiveAdd(1u); i < ${size}u; i += together) { mine = ${combine('mine', `${places}[i]`)}; }
  let all = ${subgroup}(mine);
  workgroupBarrier();
  return all;
}`;
}
