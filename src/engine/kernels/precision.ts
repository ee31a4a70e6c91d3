/** How exactly a device computes. Pure module. */

/** float32 throughout, or with weights multiplied as f16: less to read from memory, fewer digits. */
export type Precision = 'float32' | 'mixed';

/** The devices that have mixed precision. */
const MIXED: readonly string[] = ['webgpu'];

export function hasMixedPrecision(device: string): boolean {
  return MIXED.includes(device);
}

/** Why a device, or `auto`, cannot compute in mixed precision, and what to do. */
export function noMixedPrecision(device: string): string {
  const named = `Mixed precision is computed on ${MIXED.join(' and ')}`;
  return device === 'auto'
    ? `${named}: choose that device, or the precision float32.`
    : `${named}, not on "${device}": choose the device ${MIXED.join(' or ')}, or the precision float32.`;
}
