/**
 * No request leaves this machine unless a person asks for one, and nothing in Unroll asks. Its programs run here with every door of
 * Node's watched (watch.mjs), in all their processes; the browser's side is tests/e2e/network.spec.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { findLayout } from '../../src/main/hosts/layout.ts';
import { endAll, type Outcome, start } from '../main/hosts/cli/unroll.ts';
import { temporaryFolder } from '../main/temporary.ts';

vi.setConfig({ testTimeout: 120_000 });
afterAll(endAll);

const watch = pathToFileURL(resolve(import.meta.dirname, 'watch.mjs')).href;

function watched(folder: string) {
  const report = join(folder, 'network.txt');
  const environment = {
    NODE_OPTIONS: `--import=${watch}`,
    UNROLL_TEST_NETWORK: report,
    UNROLL_WORKSPACE: join(folder, 'w'),
  };
  return {
    environment,
    /** What wanted to leave; and in how many processes was looked. */
    seen() {
      const lines = readFileSync(report, 'utf8').trim().split('\n');
      return {
        left: lines.filter((line) => line !== 'watched'),
        processes: lines.filter((line) => line === 'watched').length,
      };
    },
  };
}

const ok = ({ code, stderr }: Outcome) => expect(code, stderr).toBe(0);

test.each([
  ['a request', "await fetch('http://192.0.2.1/')", 'connect 192.0.2.1'],
  ['a request to a name', "await fetch('https://example.com/')", 'example.com'],
  ['http', "import('node:http').then((http) => http.get('http://192.0.2.1/'))", 'connect 192.0.2.1'],
  ['a socket', "(await import('node:net')).connect(80, '192.0.2.1')", 'connect 192.0.2.1'],
  ['a name', "(await import('node:dns/promises')).resolve4('example.com')", 'resolve4 example.com'],
  ['a datagram', "(await import('node:dgram')).createSocket('udp4').send('x', 9, '192.0.2.1')", 'datagram'],
])('the watch sees %s', (_, code, expected) => {
  const { environment, seen } = watched(temporaryFolder());
  spawnSync(process.execPath, ['--input-type=module', '-e', code], { env: { ...process.env, ...environment } });
  expect(seen().left.join('\n')).toContain(expected);
});

test('training, its engine process, and writing with what was trained stay on this machine', async () => {
  const folder = temporaryFolder();
  const { environment, seen } = watched(folder);
  const text = join(folder, 'text.txt');
  writeFileSync(text, 'the cat sat on a mat and the dog ran to the sea\n'.repeat(60));
  const small = [
    '--hidden',
    '8',
    '--layers',
    '1',
    '--batch',
    '2',
    '--steps',
    '16',
    '--max-steps',
    '5',
    '--device',
    'reference',
  ];
  const trained = await start(['train', text, ...small, '--json'], environment).ended;
  ok(trained);
  const run = /"run":"([^"]+)"/.exec(trained.stdout)?.[1] ?? /"id":"([^"]+)"/.exec(trained.stdout)![1]!;
  ok(await start(['generate', run, '--prompt', 'the', '--length', '5'], environment).ended);
  const { left, processes } = seen();
  expect(left).toEqual([]);
  // Two programs, and an engine process for each.
  expect(processes).toBeGreaterThanOrEqual(4);
});

test.skipIf(!existsSync(join(findLayout().renderer, 'index.html')))(
  'serving the app to this machine’s browser stays on this machine (the app is built)',
  async () => {
    const { environment, seen } = watched(temporaryFolder());
    const server = start(['serve', '--port', '0'], environment);
    const url = /http:\S+/.exec(await server.printed(/http:\S+\s/))![0];
    const answer = await fetch(url, { redirect: 'manual' });
    const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await fetch(new URL(url).origin, { headers: { cookie } })).status).toBe(200);
    server.process.kill('SIGINT');
    await server.ended;
    expect(seen().left).toEqual([]);
  },
);
