/** Looking inside a network: what is asked, and how what is found travels. */
import { z } from 'zod';
import { lookSchema, type Looked } from '../engine/inside/look.ts';

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
  /** `looked` is packed; `unpackLooked` takes it apart. */
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
export function packLooked(looked: Looked): string {
  return JSON.stringify(looked, (_key, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength).toBase64();
    return { $array: value.constructor.name as ArrayName, bytes } satisfies PackedArray;
  });
}

/** What `packLooked` packed. */
export function unpackLooked(packed: string): Looked {
  return JSON.parse(packed, (_key, value: unknown) => {
    if (!isPacked(value)) return value;
    return new arrays[value.$array](Uint8Array.fromBase64(value.bytes).buffer);
  }) as Looked;
}

function isPacked(value: unknown): value is PackedArray {
  return typeof value === 'object' && value !== null && '$array' in value;
}
