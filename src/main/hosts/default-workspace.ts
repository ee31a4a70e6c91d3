/** The workspace when nobody names one: the same folder in every host, so that the command line sees the app's runs. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import envPaths from 'env-paths';

/** `UNROLL_WORKSPACE`, else a folder where the operating system keeps programs' data (~/.local/share/unroll/workspace on Linux). */
export function defaultWorkspace(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['UNROLL_WORKSPACE'] || join(envPaths('unroll', { suffix: '' }).data, 'workspace');
}

/** The workspace of a program whose arguments are not all ours (Chromium's switches among them): `--workspace DIR`, or the default. */
export function workspaceFromArguments(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  const { values } = parseArgs({
    args: [...args],
    options: { workspace: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  return typeof values['workspace'] === 'string' ? values['workspace'] : defaultWorkspace(environment);
}
