/**
 * The built pages as a fixed list, made once at start. Hosts answer requests from the list only, so nothing in a request ever
 * becomes a path on disk.
 */
import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface PageFile {
  readonly path: string;
  /** Content-Type. */
  readonly type: string;
  /** The name holds a hash of the content, so it may be cached for ever. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** The pages have not been built. */
export class PagesMissing extends Error {
  override readonly name = 'PagesMissing';
}

/**
 * Files below `folder` by URL path: '/index.html', '/assets/main-1a2b3c4d.js', …; '/' is index.html. Files of kinds that pages do
 * not load (source maps) are left out.
 * @throws PagesMissing
 */
export function listPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const path of filesBelow(folder)) {
    const type = types[extname(path)];
    if (type === undefined) continue;
    const name = '/' + relative(folder, path).split(sep).join('/');
    files.set(name, { path, type, immutable: name.startsWith('/assets/') });
  }
  const index = files.get('/index.html');
  if (!index)
    throw new PagesMissing('The pages of the app have not been built yet. Run "npm run build" and try again.');
  return files.set('/', index);
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
