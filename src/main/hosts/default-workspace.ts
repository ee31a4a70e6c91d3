/** The workspace when nobody names one: the same folder in every host, so that the command line sees the app's runs. */
import { join } from 'node:path';
import envPaths from 'env-paths';

/** `UNROLL_WORKSPACE`, else a folder where the operating system keeps programs' data (~/.local/share/unroll/workspace on Linux). */
export function defaultWorkspace(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['UNROLL_WORKSPACE'] || join(envPaths('unroll', { suffix: '' }).data, 'workspace');
}
