/** How errors become one sentence on stderr and an exit code: 2 for bad usage or input, 1 for failure. */
import { ORPCError } from '@orpc/server';
import { CommanderError } from 'commander';
import { PagesMissing } from '../page-files.ts';
import { PortUnavailable } from '../serve/port.ts';
import { WorkspaceError } from '../../store/errors.ts';

/** The command cannot be carried out as it was given; the message says why and what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was right, and what it asked for failed. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** A second Ctrl-C, or one that leaves nothing to keep. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

const failures = [Failure, WorkspaceError, PortUnavailable, PagesMissing];

export interface Ending {
  readonly code: number;
  /** null when all has been said. */
  readonly message: string | null;
}

export function endingOf(error: unknown): Ending {
  if (error instanceof CommanderError) {
    // Commander has written its message (or the help that was asked for) itself.
    return { code: error.exitCode === 0 ? exitCodes.success : exitCodes.usage, message: null };
  }
  if (error instanceof Interrupted) return { code: exitCodes.interrupted, message: error.message };
  if (error instanceof UsageError) return { code: exitCodes.usage, message: error.message };
  if (failures.some((kind) => error instanceof kind))
    return { code: exitCodes.failure, message: (error as Error).message };
  if (error instanceof ORPCError && error.defined) {
    const bad = error.code === 'BAD_INPUT' || error.code === 'NOT_FOUND';
    return { code: bad ? exitCodes.usage : exitCodes.failure, message: error.message };
  }
  // A mistake of ours: what the maintainers need to find it.
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: exitCodes.failure, message: `Something went wrong inside Unroll. Please report this:\n${detail}` };
}
