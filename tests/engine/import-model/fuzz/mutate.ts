/** Files that are almost right: a few bits turned, a piece cut off, copied elsewhere, overwritten or pushed in. */
import { Random } from '../../../../src/engine/random.ts';

/** A stream that nothing in the engine uses. */
const FUZZ_STREAM = 999_998;

/** The same for the same seed. */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const random = new Random(seed, FUZZ_STREAM);
  let result: Uint8Array = Uint8Array.from(bytes);
  const times = 1 + random.below(3);
  for (let i = 0; i < times && result.length > 0; i++)
    result = mutations[random.below(mutations.length)]!(result, random);
  return result;
}

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Numbers that break length checks. */
const extremes = [0, 1, 0x7f, 0x80, 0xff];

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    for (let n = 1 + random.below(8); n > 0; n--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = extremes[random.below(extremes.length)]!;
    return bytes;
  },
  // Lengths are often four or eight bytes.
  (bytes, random) => {
    const at = random.below(bytes.length);
    bytes.fill(extremes[random.below(extremes.length)]!, at, at + (random.below(2) === 0 ? 4 : 8));
    return bytes;
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => {
    const [from, to] = [random.below(bytes.length), random.below(bytes.length)];
    bytes.copyWithin(to, from, from + 1 + random.below(64));
    return bytes;
  },
  (bytes, random) => {
    const [from, to] = [random.below(bytes.length), random.below(bytes.length)];
    const piece = bytes.slice(from, from + 1 + random.below(64));
    const longer = new Uint8Array(bytes.length + piece.length);
    longer.set(bytes.subarray(0, to));
    longer.set(piece, to);
    longer.set(bytes.subarray(to), to + piece.length);
    return longer;
  },
];
