/** `conformance DIR`: every fixture of a folder on a device, one JSON line each. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FixtureError, runFixture } from '../../../engine/conformance/index.ts';
import type { Kernels } from '../../../engine/kernels/kernels.ts';
import type { Precision } from '../../../engine/kernels/precision.ts';
import { Failure, UsageError } from './errors.ts';
import { openDevice } from './open-device.ts';
import type { Terminal } from './terminal.ts';

/** @throws Failure when a fixture fails or is not implemented; UsageError when there is nothing to run */
export async function conformance(
  folder: string,
  device: string,
  precision: Precision,
  terminal: Terminal,
): Promise<void> {
  const files = await fixturesIn(folder);
  const kernels = await openDevice(device, precision);
  let failed = 0;
  let missing = 0;
  try {
    for (const file of files) {
      const outcome = await runFile(kernels, join(folder, file));
      terminal.event(outcome);
      if ('implemented' in outcome) missing++;
      else if (!outcome.pass) failed++;
    }
  } finally {
    kernels.dispose();
  }
  const passed = files.length - failed - missing;
  const summary = `${kernels.name} (${kernels.detail}): ${passed} passed, ${failed} failed, ${missing} not implemented`;
  if (failed + missing > 0) throw new Failure(summary);
  terminal.note(summary);
}

async function runFile(kernels: Kernels, path: string) {
  const device = kernels.name;
  const json = await readJson(path);
  try {
    const result = await runFixture(kernels, json);
    if (!result.implemented) {
      const { case: name, reason } = result;
      return { case: name, device, pass: false, max_error: null, worst: null, implemented: false, reason };
    }
    const { case: name, pass, maxError, worst } = result;
    return { case: name, device, pass, max_error: maxError, worst };
  } catch (error) {
    if (error instanceof FixtureError) throw new UsageError(`${path}: ${error.message}`);
    // A device that breaks on one fixture is still to be tried on the others.
    return { case: path, device, pass: false, max_error: null, worst: null, error: String(error) };
  }
}

async function fixturesIn(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new UsageError(`${folder} cannot be read: ${(error as Error).message}. Name a folder of fixtures.`);
  }
  const files = names.filter((name) => name.endsWith('.json') && name !== 'index.json').sort();
  if (files.length === 0) throw new UsageError(`There is no fixture (*.json) in ${folder}.`);
  return files;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} cannot be read as JSON: ${(error as Error).message}`);
  }
}
