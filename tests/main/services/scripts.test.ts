import { expect, test } from 'vitest';
import { openTestApp, startRun } from './harness.ts';

test('a run is a command with the path of its corpus, and a program with its name', async () => {
  const app = await openTestApp();
  const { id } = await startRun(app);
  const command = app.services.scripts.write(id, 'cli');
  expect(command.fileName).toBe('train.sh');
  expect(command.text).toMatch(/^unroll train '\/somewhere\/a text\.txt' /);
  expect(command.text).toContain(' --cell lstm --layers 2 --hidden 8 ');
  const program = app.services.scripts.write(id, 'pytorch');
  expect(program.fileName).toBe('lstm 2×8 on a text.py');
  expect(program.text).toMatch(/^"""lstm 2×8 on a text: language model in PyTorch/);
  expect(program.text).toContain('parser.add_argument("data", nargs="?", default="a text.txt")');
});
