import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('a job that gives turns hears what other processes say, though it never rests', async () => {
  const child = fork(join(import.meta.dirname, 'turns-process.ts'));
  const last = await new Promise((resolve) => {
    child.on('message', (message) => (message === 'working' ? child.send('stop') : resolve(message)));
  });
  expect(last).toBe('stopped');
});
