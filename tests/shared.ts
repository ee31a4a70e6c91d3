/**
 * Reference data that lies beside the repository, in `../shared`: conformance fixtures and sample data sets. It is read in
 * place. Tests that need it skip visibly where it is not there:
 *
 *     describe.skipIf(!haveShared)('conformance', () => { … readFileSync(shared('fixtures/index.json')) … });
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = process.env['UNROLL_SHARED'] ?? resolve(import.meta.dirname, '../../shared');

/** Whether the shared folder is there. */
export const haveShared = existsSync(resolve(folder, 'fixtures', 'index.json'));

/** Absolute path of something in the shared folder. */
export function shared(...parts: string[]): string {
  return resolve(folder, ...parts);
}
