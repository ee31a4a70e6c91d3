/** `bench`: times training steps and generation on a device; one JSON line for each case, with the fields of torch_bench.py. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type BenchCase, builtInGrid, type Grid, gridSchema, runBenchCase } from '../../../engine/bench/index.ts';
import { openDevice } from './open-device.ts';
import { Failure, UsageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface BenchFlags {
  readonly device: string;
  /** Ids of the cases to time; none: all. */
  readonly cases: readonly string[];
  /** A grid file; null: the one that comes with the program. */
  readonly grid: string | null;
}

/** @throws UsageError for a case, a file or a device that is not there; Failure when a case could not be timed */
export async function bench(flags: BenchFlags, terminal: Terminal): Promise<void> {
  const cases = chosenCases(flags.grid === null ? builtInGrid : await readGrid(flags.grid), flags.cases);
  const kernels = await openDevice(flags.device);
  const failed: string[] = [];
  try {
    for (const one of cases) {
      try {
        terminal.event(await runBenchCase(kernels, one));
      } catch (error) {
        failed.push(one.id);
        terminal.note(`${one.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    kernels.dispose();
  }
  if (failed.length > 0) throw new Failure(`Could not be timed: ${failed.join(', ')}.`);
}

function chosenCases(grid: Grid, ids: readonly string[]): readonly BenchCase[] {
  const all: readonly BenchCase[] = [...grid.cases, ...grid.generation];
  const unknown = ids.filter((id) => !all.some((one) => one.id === id));
  if (unknown.length > 0) {
    throw new UsageError(
      `There is no case ${unknown.join(', ')}. The grid has: ${all.map((one) => one.id).join(', ')}.`,
    );
  }
  return ids.length === 0 ? all : all.filter((one) => ids.includes(one.id));
}

async function readGrid(path: string): Promise<Grid> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  const result = gridSchema.safeParse(json);
  if (!result.success) throw new UsageError(`${path} is not a grid of cases: ${z.prettifyError(result.error)}`);
  return result.data;
}
