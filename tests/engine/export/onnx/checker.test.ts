import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onnxFiles } from '../../../../src/engine/export/onnx/onnx.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { askPython, python } from '../../../python.ts';
import { ALL_CASES } from './cases.ts';
import { network } from './network.ts';

const folder = mkdtempSync(join(tmpdir(), 'unroll-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!python('torch'))("ONNX's own checker", () => {
  it('accepts every file, and refuses one with an operator that there is not', { timeout: 120_000 }, async () => {
    const kernels = createReferenceKernels();
    const names: string[] = [];
    const write = (name: string, bytes: Uint8Array) => {
      names.push(name);
      writeFileSync(join(folder, name), bytes);
    };
    for (const [i, [, architecture]] of ALL_CASES.entries()) {
      const { exported } = await network(kernels, architecture);
      for (const { name, bytes } of onnxFiles(exported)) write(`${i}-${name}`, bytes);
      if (i > 0) continue;
      const text = Buffer.from(onnxFiles(exported)[0]!.bytes).toString('latin1');
      writeFileSync(join(folder, 'broken.onnx'), text.replaceAll('MatMul', 'MatMax'), 'latin1');
    }
    const objections = askPython('torch', join(import.meta.dirname, 'checker.py'), folder) as Record<
      string,
      string | null
    >;
    const { 'broken.onnx': ofBroken, ...others } = objections;
    expect(ofBroken).toMatch(/No Op registered for MatMax/);
    expect(Object.keys(others).sort()).toEqual(names.sort());
    expect(Object.entries(others).filter(([, objection]) => objection !== null)).toEqual([]);
  });
});
