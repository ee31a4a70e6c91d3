import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearMemory } from '../../../../src/engine/kernels/wasm/linear-memory.ts';

const START = 65536;
const MEGABYTE = 2 ** 20;

function memory(): LinearMemory {
  const heap = new LinearMemory();
  heap.manage(START);
  return heap;
}

describe('linear memory', () => {
  it('hands out zeroed, aligned blocks that do not overlap, whatever was given back before', () => {
    const step = fc.record({ count: fc.integer({ min: 1, max: 400_000 }), release: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const heap = memory();
        const live: { array: Float32Array; mark: number }[] = [];
        for (const [mark, { count, release }] of steps.entries()) {
          const array = heap.allocate('block', count, 'float') as Float32Array;
          expect(array.byteOffset % 64).toBe(0);
          expect(array.byteOffset).toBeGreaterThanOrEqual(START);
          expect(array.some((x) => x !== 0)).toBe(false);
          array.fill(mark + 1);
          live.push({ array, mark: mark + 1 });
          if (release < live.length) heap.release(live.splice(release, 1)[0]!.array);
        }
        for (const { array, mark } of live) expect(array.every((x) => x === mark)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('uses again what was given back: neighbours become one block', () => {
    const heap = memory();
    const blocks = [1, 2, 3, 4].map(() => heap.allocate('block', MEGABYTE, 'float'));
    const size = heap.memory.buffer.byteLength;
    for (const i of [2, 0, 1, 3]) heap.release(blocks[i]!);
    const all = heap.allocate('all', 4 * MEGABYTE, 'float');
    expect(all.byteOffset).toBe(blocks[0]!.byteOffset);
    expect(heap.memory.buffer.byteLength).toBe(size);
  });

  it('keeps arrays alive when it grows', () => {
    const heap = memory();
    const early = heap.allocate('early', 4, 'int');
    const late = heap.allocate('late', 16 * MEGABYTE, 'float');
    early[3] = 7;
    const same = new Int32Array(heap.memory.buffer, early.byteOffset, 4);
    expect([...same]).toEqual([0, 0, 0, 7]);
    expect([early, late].every((array) => heap.contains(array))).toBe(true);
    expect(heap.contains(new Float32Array(4))).toBe(false);
  });

  it('says when something does not fit, and goes on', () => {
    const heap = memory();
    expect(() => heap.allocate('weights', 2 ** 29, 'float')).toThrow(
      /^There is not enough memory for "weights": it needs 2048 MB, and WebAssembly has 4096 MB in all/,
    );
    const [first, second] = [heap.allocate('a', 500_000_000, 'float'), heap.allocate('b', 500_000_000, 'float')];
    expect(() => heap.allocate('c', 500_000_000, 'float')).toThrow('of which 3815 MB are in use');
    heap.release(first);
    expect(heap.allocate('c', 500_000_000, 'float').byteOffset).toBe(first.byteOffset);
    heap.release(second);
  });
});
