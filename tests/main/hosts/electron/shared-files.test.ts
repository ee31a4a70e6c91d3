import { describe, expect, test } from 'vitest';
import { SharedFiles, sharedFilesIn } from '../../../../src/main/hosts/electron/shared-files.ts';

describe('shared runs that the desktop hands over', () => {
  test('are found among the arguments, from the folder that they are named from', () => {
    const args = ['--workspace', '/w', '.', 'a.unroll', '/b/C.UNROLL', '--x.unroll', 'text.txt'];
    expect(sharedFilesIn(args, '/home/ada')).toEqual(['/home/ada/a.unroll', '/b/C.UNROLL']);
  });

  test('wait until everything is ready, and are taken one after the other', async () => {
    const files = new SharedFiles();
    files.add(['first']);
    const taken: string[] = [];
    const all = new Promise<void>((resolve) =>
      files.ready(async (path) => {
        taken.push(`${path} begins`);
        await Promise.resolve();
        taken.push(`${path} ends`);
        if (path === 'third') resolve();
      }),
    );
    files.add(['second', 'third']);
    await all;
    expect(taken).toEqual(['first', 'second', 'third'].flatMap((path) => [`${path} begins`, `${path} ends`]));
  });
});
