/** What the window remembers between starts: where it was, how large, which colours. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { themes } from '../../../preload/bridge.ts';

/** In device-independent pixels of the whole desktop. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const smallestWindow = { width: 900, height: 600 } as const;
const usualWindow = { width: 1280, height: 800 } as const;

const stateSchema = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }).nullable(),
  maximized: z.boolean(),
  theme: z.enum(themes),
});
export type WindowState = z.output<typeof stateSchema>;

export const firstState: WindowState = { bounds: null, maximized: false, theme: 'system' };

/** The remembered state; the first one where there is none or it cannot be read. */
export async function readWindowState(path: string): Promise<WindowState> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return firstState;
  }
}

export async function writeWindowState(path: string, state: WindowState): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, JSON.stringify(state));
  await rename(temporary, path);
}

/**
 * Where to open the window: as remembered if its title bar can be reached on a display that is there now, otherwise centred (no x and
 * y). Never larger than the display it is on, nor smaller than the screens need.
 * @param workAreas of all displays, the primary one first
 */
export function placeWindow(
  remembered: Rectangle | null,
  workAreas: readonly Rectangle[],
): { x?: number; y?: number; width: number; height: number } {
  const area = remembered && workAreas.find((candidate) => titleBarIsOn(remembered, candidate));
  const space = area ?? workAreas[0] ?? { ...usualWindow, x: 0, y: 0 };
  const wanted = remembered ?? usualWindow;
  const width = Math.max(smallestWindow.width, Math.min(wanted.width, space.width));
  const height = Math.max(smallestWindow.height, Math.min(wanted.height, space.height));
  return remembered && area ? { x: remembered.x, y: remembered.y, width, height } : { width, height };
}

/** Enough of the title bar to take hold of: 100 × 30 pixels. */
function titleBarIsOn(window: Rectangle, area: Rectangle): boolean {
  const overlap = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return overlap >= 100 && window.y >= area.y && window.y + 30 <= area.y + area.height;
}
