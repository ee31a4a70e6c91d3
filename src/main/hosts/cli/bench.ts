/**
 * `bench`: times training steps and generation on a device; one JSON line for each case, with the fields of torch_bench.py. With a
 * profile instead a table for each training case of where the time of its step goes.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  type BenchCase,
  builtInGrid,
  type CaseProfile,
  type Grid,
  gridSchema,
  isGeneration,
  profileBenchCase,
  runBenchCase,
} from '../../../engine/bench/index.ts';
import type { Precision } from '../../../engine/kernels/precision.ts';
import { openDevice } from './open-device.ts';
import { Failure, UsageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface BenchFlags {
  readonly device: string;
  readonly precision: Precision;
  /** Ids of the cases to time; none: all. */
  readonly cases: readonly string[];
  /** A grid file; null: the one that comes with the program. */
  readonly grid: string | null;
  readonly profile: boolean;
}

/** @throws UsageError for a case, a file or a device that is not there; Failure when a case could not be timed */
export async function bench(flags: BenchFlags, terminal: Terminal): Promise<void> {
  const cases = chosenCases(flags.grid === null ? builtInGrid : await readGrid(flags.grid), flags.cases);
  const kernels = await openDevice(flags.device, flags.precision);
  const failed: string[] = [];
  try {
    for (const one of cases) {
      try {
        if (!flags.profile) terminal.event(await runBenchCase(kernels, one));
        else if (!isGeneration(one)) printProfile(await profileBenchCase(kernels, one), kernels.detail);
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

/** Kernels that together take less than this are one line. */
const leastShare = 0.005;

function printProfile({ id, ms, entries }: CaseProfile, detail: string): void {
  const flops = entries.reduce((sum, entry) => sum + entry.flops, 0);
  const rows = entries
    .filter(({ seconds }) => seconds * 1000 >= leastShare * ms)
    .map(({ what, calls, seconds, flops: done, bytes }) => [
      what,
      String(calls),
      (seconds * 1000).toFixed(3),
      `${((100 * seconds * 1000) / ms).toFixed(1)} %`,
      done > 0 ? (done / seconds / 1e9).toFixed(0) : '',
      bytes > 0 ? (bytes / seconds / 1e9).toFixed(1) : '',
    ]);
  const shown = rows.reduce((sum, row) => sum + Number(row[2]), 0);
  rows.push(['everything else', '', (ms - shown).toFixed(3), `${((100 * (ms - shown)) / ms).toFixed(1)} %`, '', '']);
  const table = [['kernel', 'calls', 'ms', 'share', 'GFLOP/s', 'GB/s'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  process.stdout.write(
    [
      `${id}: ${ms.toFixed(2)} ms a step, ${(flops / ms / 1e6).toFixed(0)} GFLOP/s, ${detail}`,
      ...table.map(line),
      '',
      '',
    ].join('\n'),
  );
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
