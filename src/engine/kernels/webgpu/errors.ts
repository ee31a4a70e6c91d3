import { DeviceError } from '../devices.ts';

/** What went wrong on the GPU. `lost`: the device is gone (driver reset, sleep, unplugged) and a new one must be asked for. */
export type GpuFailure = 'lost' | 'out-of-memory' | 'shader' | 'limit' | 'invalid';

/**
 * The GPU cannot go on. Its message is a sentence for people. Work enqueued before it may or may not have been done, so a run
 * that meets one goes on from its last checkpoint, on a new device.
 */
export class GpuError extends DeviceError {
  readonly failure: GpuFailure;

  constructor(failure: GpuFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

export function lostError(info: { readonly reason?: string; readonly message: string }): GpuError {
  const why = info.message.trim().split('\n')[0] || info.reason || 'no reason was given';
  return new GpuError(
    'lost',
    `The GPU was lost (${why.replace(/\.$/, '')}): a driver reset, sleep or an unplugged device does this. ` +
      'Resume the run: it goes on from its last checkpoint.',
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
