import { DeviceError, DeviceLostError } from '../devices.ts';

/** What went wrong on the GPU while it is still there. */
export type GpuFailure = 'out-of-memory' | 'shader' | 'limit' | 'refused';

/**
 * The GPU cannot do what was asked; its message is a sentence for people. What was enqueued before may or may not have been done.
 */
export class GpuError extends DeviceError {
  readonly failure: GpuFailure;

  constructor(failure: GpuFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** @param info why, in the driver's words */
export function lostError(info: { readonly reason?: string; readonly message: string }): DeviceLostError {
  const why = info.message.trim().split('\n')[0] || info.reason || 'no reason was given';
  return new DeviceLostError(
    `The GPU was lost (${why.replace(/\.$/, '')}): a driver reset, sleep or an unplugged device does this.`,
  );
}

/** What to do about too little memory is the same wherever it is noticed. */
export const SMALLER = 'Choose a smaller batch, shorter windows, fewer hidden units, or the device "native".';

const MB = 1024 * 1024;

/** Bytes for people: "12.5 MB". */
export function megabytes(bytes: number): string {
  const value = bytes / MB;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} MB`;
}
