/** A folder that is to electron-builder what Electron's download is: the files that it renames, reads and writes into, and no program. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In Electron's binary it marks where the fuses are: https://github.com/electron/fuses */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** The fuses of Electron 45, in the order of the wire. */
export const fuses = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const;

/** Electron for Linux, every fuse as Electron ships it. */
export function writeStandIn(folder: string): void {
  for (const name of ['resources', 'locales']) mkdirSync(join(folder, name), { recursive: true });
  for (const language of ['en-US', 'de']) writeFileSync(join(folder, 'locales', `${language}.pak`), '');
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox']) writeFileSync(join(folder, name), name);
  const wire = Buffer.concat([Buffer.from([1, fuses.length]), Buffer.from('10110001')]);
  writeFileSync(
    join(folder, 'electron'),
    Buffer.concat([Buffer.from(`a program ${sentinel}`), wire, Buffer.alloc(16)]),
  );
  chmodSync(join(folder, 'electron'), 0o755);
}

/** The fuses that are on in a binary. */
export function fusesOf(binary: Buffer): Record<(typeof fuses)[number], boolean> {
  const start = binary.indexOf(sentinel) + sentinel.length;
  if (start < sentinel.length || binary[start] !== 1) throw new Error('no fuses of version 1');
  const on = (i: number) => binary[start + 2 + i] === '1'.charCodeAt(0);
  return Object.fromEntries(fuses.map((name, i) => [name, on(i)])) as Record<(typeof fuses)[number], boolean>;
}
