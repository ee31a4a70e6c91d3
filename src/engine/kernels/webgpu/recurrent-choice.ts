/**
 * Whether all steps of a recurrence go in one dispatch, by what a step then costs against a dispatch of its own.
 *
 * In one dispatch a workgroup owns a few sequences and reads all recurrent weights at every step, from the cache that the GPU's cores share:
 * nobody waits for anybody, but one core does what the whole GPU does otherwise. A step takes as long as the slowest of three: its reading,
 * its multiplying, and all workgroups' reading together. A dispatch a step reads the weights once for 16 sequences, by all cores, and costs
 * its start, which waits for the dispatch before it.
 *
 * The rates are those of desktop GPUs around 2020 to 2024, rounded: 64 bytes a cycle from the shared cache to a core, 128 multiplications,
 * 1.6 GHz. Reckoned, not measured: they decide how fast a run is, never what comes out of it. Choosing by a clock would give one run other
 * bits than the next.
 */
import type { RecurrentShape } from '../kernels.ts';
import { quadBytes } from './half.ts';
import { CELL_SHADERS } from './recurrent-cells.ts';
import { parts } from './recurrent-sequence.ts';
import { SIDE } from './recurrent-steps.ts';

/** A microsecond of: bytes that a workgroup reads from the shared cache, its multiplications, bytes that all of them read together. */
const BYTES = 100e3;
const PRODUCTS = 200e3;
const ALL_BYTES = 1e6;
/** Microseconds that a dispatch costs which waits for the one before it. */
const DISPATCH = 8;

/** Most steps: drivers reset a GPU that works on one dispatch for seconds, and some are ten times slower than reckoned here. */
const STEPS = 8192;

/** Sequences of a workgroup: each weight that is read is used for all of them. */
const ROWS = [4, 2, 1];

/** Sequences that a workgroup computes from the first step to the last, or null where steps are dispatched one by one. */
export function rowsTogether(shape: RecurrentShape, workgroupBytes: number, half: boolean): number | null {
  const { cell, T, B, H } = shape;
  if (cell === 'gru_before' || T === 1 || T > STEPS || H % 4 !== 0) return null;
  const { gates: G, gradients: D } = CELL_SHADERS[cell];
  const weights = G * H * H;
  const weightBytes = (weights / 4) * quadBytes(half);
  // h, c and sums forward; gradients, what is carried and sums backward.
  const rowBytes = 4 * Math.max(2 * H + G * H, D * H + 2 * H + parts(H) * H);
  const microseconds = (rows: number) =>
    Math.max(weightBytes / BYTES, (rows * weights) / PRODUCTS, (Math.ceil(B / rows) * weightBytes) / ALL_BYTES);
  const [best] = ROWS.filter((rows) => rows <= B && rows * rowBytes <= workgroupBytes).sort(
    (a, b) => microseconds(a) - microseconds(b),
  );
  const apart = DISPATCH + (Math.ceil(B / SIDE) * weightBytes) / ALL_BYTES;
  return best !== undefined && microseconds(best) <= apart ? best : null;
}
