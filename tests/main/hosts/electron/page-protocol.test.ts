import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { answerPageRequest } from '../../../../src/main/hosts/electron/page-protocol.ts';
import { enginePageUrl } from '../../../../src/main/hosts/electron/policy.ts';
import { listPageFiles } from '../../../../src/main/hosts/page-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'unroll-app-'));
writeFileSync(join(folder, 'index.html'), '<title>Unroll</title>');
writeFileSync(join(folder, 'engine.html'), '<title>Unroll: engine</title>');
writeFileSync(join(folder, 'main.js'), 'export {}');
const pages = listPageFiles(folder);
afterAll(() => rm(folder, { recursive: true }));

const get = (url: string, method = 'GET') => answerPageRequest({ url, method }, pages);

test('pages come with their type and the policy', async () => {
  for (const url of ['app://unroll/', 'app://unroll/index.html', 'app://unroll/?x=1#/runs']) {
    const response = await get(url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('<title>Unroll</title>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  }
  const engine = await get(enginePageUrl);
  expect(engine.headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect((await get('app://unroll/main.js')).headers.get('content-type')).toContain('text/javascript');
});

test.each([
  'app://unroll/../../etc/passwd',
  'app://unroll/%2e%2e/%2e%2e/etc/passwd',
  'app://unroll/..%2f..%2fetc%2fpasswd',
  'app://unroll//etc/passwd',
  'app://unroll/missing.html',
  'app://other/index.html',
  'file:///etc/passwd',
])('%s leads nowhere, still under the policy', async (url) => {
  const response = await get(url);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-security-policy')).not.toBeNull();
});

test('there is nothing to write', async () => {
  expect((await get('app://unroll/', 'POST')).status).toBe(405);
});
