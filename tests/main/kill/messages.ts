import type { RunStatus } from '../../../src/api/types.ts';

/** What the app process tells the test. */
export type AppMessage =
  | { type: 'steps'; last: number }
  | { type: 'run'; status: RunStatus; checkpointStep: number | null; message: string | null };
