import { eventLoopTurns } from '../../event-loop.ts';
import type { DeviceLostError } from '../devices.ts';
import { GpuError, lostError } from './errors.ts';

/**
 * What goes wrong on a device, which tells it later than the call that it is about. The first fault stays; from then on every call throws
 * it.
 */
export class Faults {
  #first: GpuError | DeviceLostError | null = null;
  /** Rejects when the device is lost. */
  readonly #lost: Promise<never>;
  /** Answers that the device still owes. */
  readonly #expected = new Set<Promise<void>>();

  constructor(device: GPUDevice) {
    this.#lost = device.lost.then((info) => {
      this.fail(lostError(info));
      throw this.#first;
    });
    // Nobody may be reading when it happens.
    this.#lost.catch(() => undefined);
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // it is told as an error, not on the console
      const error = errorOf((event as GPUUncapturedErrorEvent).error, 'The GPU refused a command');
      // What was refused may follow from something that an answer under way tells better.
      this.#hold(this.#answers().then(() => this.fail(error)));
    });
  }

  fail(error: GpuError | DeviceLostError): void {
    this.#first ??= error;
  }

  /** @throws DeviceLostError or GpuError if something has gone wrong since the device was made */
  check(): void {
    if (this.#first) throw this.#first;
  }

  /** Notes the outcome of an error scope when it arrives. */
  expect(scope: Promise<GPUError | null>, describe: (error: GPUError) => GpuError | Promise<GpuError>): void {
    this.#hold(
      scope.then(
        async (error) => {
          if (error) this.fail(await describe(error));
        },
        () => undefined, // the device was lost, which it says itself
      ),
    );
  }

  /**
   * Waits for an operation, and for what the device has to say of the calls before it.
   * @throws DeviceLostError, GpuError as `check`
   */
  async during(operation: Promise<unknown>, what: string): Promise<void> {
    // A device that is lost may leave the operation unanswered, or refuse it before it says why.
    operation.catch(() => undefined);
    try {
      await Promise.race([operation, this.#lost]);
    } catch (error) {
      // That the device is lost may be told right after what it refused because of it.
      const turns = eventLoopTurns();
      await turns.turn();
      turns.close();
      this.check();
      throw errorOf(error, what);
    }
    await this.#answers();
    this.check();
  }

  #hold(answer: Promise<void>): void {
    this.#expected.add(answer);
    void answer.finally(() => this.#expected.delete(answer));
  }

  async #answers(): Promise<void> {
    await Promise.all(this.#expected);
  }
}

function errorOf(error: unknown, what: string): GpuError {
  const message = error instanceof Error || (error as GPUError)?.message ? (error as Error).message : String(error);
  return new GpuError('refused', `${what}: ${message.split('\n')[0]}`);
}
