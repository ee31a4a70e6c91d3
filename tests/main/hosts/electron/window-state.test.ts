import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  firstState,
  placeWindow,
  readWindowState,
  writeWindowState,
} from '../../../../src/main/hosts/electron/window-state.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const monitor = { x: 1440, y: 0, width: 2560, height: 1440 };

describe('place', () => {
  test('the first time it is centred, with the usual size', () => {
    expect(placeWindow(null, [laptop, monitor])).toEqual({ width: 1280, height: 800 });
  });

  test('it comes back where it was', () => {
    const bounds = { x: 1600, y: 100, width: 1800, height: 1200 };
    expect(placeWindow(bounds, [laptop, monitor])).toEqual(bounds);
  });

  test('when its display is gone it is centred, and fits what is left', () => {
    expect(placeWindow({ x: 1600, y: 100, width: 1800, height: 1200 }, [laptop])).toEqual({ width: 1440, height: 875 });
  });

  test.each([
    ['its title bar is above the display', { x: 100, y: -40, width: 1000, height: 700 }],
    ['its title bar is below the display', { x: 100, y: 890, width: 1000, height: 700 }],
    ['only a strip of it is left of the edge', { x: -950, y: 100, width: 1000, height: 700 }],
    ['only a strip of it is right of the edge', { x: 1400, y: 100, width: 1000, height: 700 }],
  ])('when %s it is centred', (_, bounds) => {
    expect(placeWindow(bounds, [laptop])).toEqual({ width: 1000, height: 700 });
  });

  test('partly outside is left alone as long as one can take hold of it', () => {
    const bounds = { x: -500, y: 300, width: 1000, height: 800 };
    expect(placeWindow(bounds, [laptop])).toEqual(bounds);
  });

  test('it is never smaller than the screens need, even on a small display', () => {
    const small = { x: 0, y: 0, width: 800, height: 480 };
    expect(placeWindow({ x: 0, y: 0, width: 100, height: 100 }, [small])).toEqual({
      x: 0,
      y: 0,
      width: 900,
      height: 600,
    });
    expect(placeWindow(null, [])).toEqual({ width: 1280, height: 800 });
  });
});

describe('memory', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'unroll-window-'))));
  afterEach(() => rm(folder, { recursive: true }));

  test('what was written is read, and nothing else is left', async () => {
    const path = join(folder, 'window.json');
    const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true, theme: 'dark' } as const;
    await writeWindowState(path, { ...state, theme: 'light' });
    await writeWindowState(path, state);
    expect(await readWindowState(path)).toEqual(state);
    expect(readdirSync(folder)).toEqual(['window.json']);
  });

  test.each(['', '{', 'null', '{"bounds":{"x":"1"}}', '{"bounds":null,"maximized":false,"theme":"pink"}'])(
    'a file that holds %j is as none',
    async (content) => {
      const path = join(folder, 'window.json');
      writeFileSync(path, content);
      expect(await readWindowState(path)).toEqual(firstState);
    },
  );

  test('without a file it is the first time', async () => {
    expect(await readWindowState(join(folder, 'none.json'))).toEqual(firstState);
  });
});
