/**
 * Where the parts of the program lie on disk. The same code runs from the sources (src/main/hosts/cli.ts), from the build
 * (out/main/cli.js, or a chunk beside it) and from a packaged app, so everything is found from package.json.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

export interface Layout {
  readonly version: string;
  /** Bundled files that the app reads, such as the sample corpus. */
  readonly resources: string;
  /** The built pages. */
  readonly renderer: string;
  /** The built page that a model is exported as. */
  readonly page: string;
  readonly preload: string;
  /** Of the hidden window with the engine. */
  readonly enginePreload: string;
  /** The module that the engine process starts with. */
  readonly engineProcess: string;
}

const packageSchema = z.object({ name: z.literal('unroll'), version: z.string().min(1) });

/** @param here directory of a module of this program */
export function findLayout(here: string = import.meta.dirname): Layout {
  const root = findRoot(here);
  const { version } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  // Sources start sources: Node runs TypeScript itself, and nothing has to be built to try a change.
  const fromSources = here.startsWith(join(root, 'src'));
  return {
    version,
    resources: join(root, 'resources'),
    renderer: join(root, 'out', 'renderer'),
    page: join(root, 'out', 'standalone'),
    preload: join(root, 'out', 'preload', 'index.cjs'),
    enginePreload: join(root, 'out', 'preload', 'engine.cjs'),
    engineProcess: fromSources
      ? join(root, 'src', 'main', 'engine-process.ts')
      : join(root, 'out', 'main', 'engine-process.js'),
  };
}

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error(`No package.json above ${start}: the installation is incomplete.`);
  }
}
