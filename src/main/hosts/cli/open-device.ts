/** A device's kernels in this process, for the commands that test and time it. */
import { DeviceError, Devices } from '../../../engine/kernels/devices.ts';
import type { Kernels } from '../../../engine/kernels/kernels.ts';
import type { Precision } from '../../../engine/kernels/precision.ts';
import { nodeDevices } from '../../devices.ts';
import { UsageError } from './errors.ts';

/**
 * @param name 'auto', or one that `devices` lists
 * @throws UsageError for a device that this machine does not have, or a precision that it does not have
 */
export async function openDevice(name: string, precision: Precision): Promise<Kernels> {
  try {
    return await new Devices(nodeDevices()).create(name, { precision });
  } catch (error) {
    if (error instanceof DeviceError) throw new UsageError(error.message);
    throw error;
  }
}
