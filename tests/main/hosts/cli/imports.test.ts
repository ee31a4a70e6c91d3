/** Documents and curves from the command line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { zip } from '../../../engine/documents/make.ts';
import { temporaryFolder } from '../../temporary.ts';
import { endAll, jsonLines, unroll } from './unroll.ts';

afterEach(endAll);

test('curves are imported, shown as curves, and refused with what would be right', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'theirs.csv');
  writeFileSync(file, 'step,train/loss,val_loss,x\n1,2,\n2,1,1.5,7\n'.replace('2,\n', '2,,\n'));
  const where = ['--workspace', join(folder, 'workspace')];
  const imported = jsonLines(await unroll('import-curves', file, '--json', ...where));
  expect(imported).toEqual([{ event: 'imported', run: expect.any(String), name: 'theirs', format: 'csv' }]);
  const shown = await unroll('show', 'theirs', ...where);
  expect(shown.stdout).toMatch(/curves +from theirs\.csv \(csv\), without a model/);
  const wrong = await unroll('import-curves', file, '--series', 'y=trainLoss', ...where);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toMatch(/The file has no series "y"\. It has train\/loss, val_loss, x\./);
});

test('an archive of files named by class is trained on as a folder of them', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const lines = (word: string) => Array.from({ length: 20 }, (_, i) => `${word} ${i}\n`).join('');
  const file = join(folder, 'sides.zip');
  writeFileSync(file, await zip({ 'sides/left.txt': lines('west'), 'sides/right.txt': lines('east') }));
  const small = ['--max-steps', '2', '--hidden', '4', '--layers', '1', '--batch', '4', '--tokenizer', 'char'];
  const outcome = await unroll(
    ...['train', file, '--task', 'classification', ...small],
    ...['--json', '--workspace', join(folder, 'workspace')],
  );
  expect(outcome).toMatchObject({ code: 0 });
  const [data] = jsonLines(outcome).filter(({ event }) => event === 'data');
  expect(data).toMatchObject({ rows: 40, usable: 40 });
});
