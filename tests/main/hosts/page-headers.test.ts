import { expect, test } from 'vitest';
import { contentSecurityPolicy, enginePagePath, securityHeaders } from '../../../src/main/hosts/page-headers.ts';

const directives = (policy: string) =>
  new Map(policy.split('; ').map((d) => [d.split(' ')[0]!, d.split(' ').slice(1)]));

test('nothing is allowed but what is named, and scripts only from the app itself', () => {
  const policy = directives(contentSecurityPolicy('/'));
  expect(policy.get('default-src')).toEqual(["'none'"]);
  expect(policy.get('script-src')).toEqual(["'self'"]);
  expect(policy.get('style-src')).toEqual(["'self'"]);
  for (const name of ['object-src', 'base-uri', 'form-action', 'frame-ancestors']) {
    expect(policy.get(name), name).toEqual(["'none'"]);
  }
  expect(contentSecurityPolicy('/')).not.toMatch(/unsafe-eval|https?:|\*|script-src[^;]*unsafe/);
});

test('the engine’s page may compile WebAssembly, and is like the others else', () => {
  const { 'Content-Security-Policy': policy } = securityHeaders(enginePagePath);
  expect(policy!.replace(" 'wasm-unsafe-eval'", '')).toBe(contentSecurityPolicy('/index.html'));
  expect(directives(policy!).get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
});

test('connections go to the page’s own server', () => {
  expect(directives(contentSecurityPolicy('/')).get('connect-src')).toEqual(["'self'"]);
  const policy = directives(contentSecurityPolicy('/', ['ws://127.0.0.1:1']));
  expect(policy.get('connect-src')).toEqual(["'self'", 'ws://127.0.0.1:1']);
});

test('every answer carries the policy and forbids framing and guessing of types', () => {
  expect(securityHeaders('/')).toMatchObject({
    'Content-Security-Policy': contentSecurityPolicy('/'),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
});
