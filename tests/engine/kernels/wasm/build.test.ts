import { describe, expect, it } from 'vitest';
import { checkWasm, haveWasmCompiler } from '../../../../scripts/build-wasm.mjs';

const haveCompiler = await haveWasmCompiler();

describe.skipIf(!haveCompiler)('unroll.wasm (needs clang-16 with WebAssembly’s libraries)', () => {
  it('is what its sources give, byte for byte', { timeout: 300_000 }, async () => {
    expect(await checkWasm()).toBeNull();
  });
});
