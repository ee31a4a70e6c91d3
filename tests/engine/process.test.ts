import { expect, it } from 'vitest';
import type { EngineFiles } from '../../src/engine/files.ts';
import { Devices } from '../../src/engine/kernels/devices.ts';
import { serveEngine } from '../../src/engine/process.ts';
import type { EngineEvent } from '../../src/engine/protocol.ts';

it('what the operating system refuses is said in a sentence for the person', async () => {
  const full = async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  const event = await new Promise<EngineEvent>((resolve) => {
    const handle = serveEngine({
      files: { size: full } as unknown as EngineFiles,
      devices: new Devices([]),
      clock: () => 0,
      send: resolve,
    });
    handle({ type: 'import-text', job: '1', sourcePath: 'a', targetDir: 'b', encoding: null });
  });
  expect(event).toEqual({
    type: 'failed',
    job: '1',
    kind: 'input',
    message: 'The disk is full. Make room, then try again. (ENOSPC: no space left on device, write)',
    step: null,
  });
});
