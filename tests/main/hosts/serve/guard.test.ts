import { describe, expect, test } from 'vitest';
import { Guard, isLoopbackHost } from '../../../../src/main/hosts/serve/guard.ts';

const guard = new Guard(8765);
const cookieOf = (g: Guard) => g.sessionCookie.split(';')[0]!;

describe('Host', () => {
  test.each(['127.0.0.1:8765', 'localhost:8765', 'LOCALHOST:1', '[::1]:8765', '127.0.0.1'])(
    '%s is this machine',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  test.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8765',
    '127.0.0.1.evil.example:8765',
    'localhost.evil.example',
    'evil.example#127.0.0.1',
    '127.0.0.1:8765@evil.example',
    '127.0.0.1 ',
    '127.0.0.1:123456',
    '0.0.0.0:8765',
    '192.168.0.2:8765',
  ])('%s is not', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
    expect(guard.refuseForeign({ host })?.status).toBe(403);
  });
});

describe('Origin', () => {
  const host = '127.0.0.1:8765';

  test('a page of this server passes, also through a tunnel on another port', () => {
    expect(guard.refuseForeign({ host, origin: 'http://127.0.0.1:8765' })).toBeNull();
    expect(
      guard.refuseForeign({ host: 'localhost:9000', origin: 'http://localhost:9000' }, { needsOrigin: true }),
    ).toBeNull();
  });

  test.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:9999',
    'http://localhost:8765',
    'https://127.0.0.1:8765',
  ])('%s is refused', (origin) => {
    expect(guard.refuseForeign({ host, origin })?.status).toBe(403);
  });

  test('none is enough for a plain request and too little for an upgrade', () => {
    expect(guard.refuseForeign({ host })).toBeNull();
    expect(guard.refuseForeign({ host }, { needsOrigin: true })?.status).toBe(403);
  });

  test('what the browser says of the sender counts: other sites may link here, not load from here', () => {
    const from = (site: string, mode: string, dest: string) =>
      guard.refuseForeign({ host, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest });
    expect(from('cross-site', 'no-cors', 'image')?.status).toBe(403);
    expect(from('same-site', 'no-cors', 'script')?.status).toBe(403);
    expect(from('cross-site', 'navigate', 'iframe')?.status).toBe(403);
    expect(from('cross-site', 'navigate', 'document')).toBeNull();
    expect(from('same-origin', 'cors', 'empty')).toBeNull();
    expect(from('none', 'navigate', 'document')).toBeNull();
  });
});

describe('session', () => {
  test('the token is 32 random bytes, new for every server, and only it passes', () => {
    expect(guard.token).toMatch(/^[0-9a-f]{64}$/);
    expect(new Guard(8765).token).not.toBe(guard.token);
    expect(guard.isToken(guard.token)).toBe(true);
    for (const wrong of ['', 'x', guard.token.slice(1), guard.token + '0', guard.token.toUpperCase() + ' ']) {
      expect(guard.isToken(wrong)).toBe(false);
    }
  });

  test('the cookie cannot be read by scripts nor sent by other sites, and is not the token', () => {
    expect(guard.sessionCookie).toMatch(/^unroll-8765=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(guard.sessionCookie).not.toContain(guard.token);
  });

  test('only its own cookie passes', () => {
    expect(guard.refuseStranger({ cookie: cookieOf(guard) })).toBeNull();
    expect(guard.refuseStranger({ cookie: `a=b; ${cookieOf(guard)}; c=d=e` })).toBeNull();
    const others = [
      undefined,
      '',
      'unroll-8765=',
      `unroll-8765=${guard.token}`,
      cookieOf(new Guard(8765)),
      `x${cookieOf(guard)}`,
    ];
    for (const cookie of others) expect(guard.refuseStranger({ cookie })?.status).toBe(401);
  });
});
