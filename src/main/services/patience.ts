/** Work that must move: what stands still is given up, with a sentence for the person. */

/** A part of a document (a page, a chapter, a piece of a file) takes far less, unless it is made to take for ever. */
export const documentPatience = 10_000; // ms

export interface Watched {
  /** Aborted with `standstill`, or when the outer signal is. */
  readonly signal: AbortSignal;
  /** It has moved. Time counts from the first call on. */
  moved(): void;
}

/**
 * @param patience ms; Infinity: any time it takes
 * @param standstill makes the reason when nothing moved for so long
 * @param outer whose abort ends the work too
 */
export async function watched<T>(
  patience: number,
  standstill: () => Error,
  outer: AbortSignal | undefined,
  work: (watched: Watched) => Promise<T>,
): Promise<T> {
  const still = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  const moved = () => {
    if (timer) timer.refresh();
    else if (patience < Infinity) timer = setTimeout(() => still.abort(standstill()), patience).unref();
  };
  try {
    return await work({ signal: outer ? AbortSignal.any([outer, still.signal]) : still.signal, moved });
  } finally {
    if (timer) clearTimeout(timer);
  }
}
