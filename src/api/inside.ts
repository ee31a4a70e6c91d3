/** Looking inside a network: what is asked, and how what is found travels. */
import { z } from 'zod';
import { lookSchema, type Looked } from '../engine/inside/look.ts';
import type { LiveLook } from '../engine/inside/looks/live.ts';

/** Of the checkpoints that are kept. */
export const checkpointNameSchema = z.enum(['best', 'last']);
export type CheckpointName = z.output<typeof checkpointNameSchema>;

export const lookRequestSchema = z.object({
  id: z.string().min(1),
  /** Where there is no such one, the other is looked into. */
  checkpoint: checkpointNameSchema,
  look: lookSchema,
});
export type LookRequest = z.output<typeof lookRequestSchema>;

export const lookEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number(), what: z.string() }),
  /** `looked` is a packed Looked. */
  z.object({ type: z.literal('done'), looked: z.string() }),
]);
export type LookEvent = z.output<typeof lookEventSchema>;

const arrays = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;
type ArrayName = keyof typeof arrays;

/** A typed array in JSON: its kind, and its bytes (little-endian) in base 64. */
interface PackedArray {
  readonly $array: ArrayName;
  readonly bytes: string;
}

/** Plain data and typed arrays as JSON. */
export function pack(value: Looked | LiveLook): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (!ArrayBuffer.isView(part)) return part;
    const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength).toBase64();
    return { $array: part.constructor.name as ArrayName, bytes } satisfies PackedArray;
  });
}

/** What was packed, which this program did itself. */
export function unpack<T extends Looked | LiveLook>(packed: string): T {
  return JSON.parse(packed, (_key, part: unknown) => {
    if (!isPacked(part)) return part;
    return new arrays[part.$array](Uint8Array.fromBase64(part.bytes).buffer);
  }) as T;
}

/** A look that was packed; one that an earlier version made has no radii and histograms. */
export function unpackLiveLook(packed: string): LiveLook {
  const without: Pick<LiveLook, 'radii' | 'histograms'> = { radii: [], histograms: [] };
  return { ...without, ...unpack<LiveLook>(packed) };
}

function isPacked(value: unknown): value is PackedArray {
  return typeof value === 'object' && value !== null && '$array' in value;
}
