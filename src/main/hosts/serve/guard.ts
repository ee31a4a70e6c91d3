/**
 * Who may talk to the serve host. It listens on the loopback address, which every program and every web page on this machine can
 * reach, so each request and each upgrade must show three things: that it was meant for this server (Host: stops DNS rebinding),
 * that a page of this server sent it (Origin, Sec-Fetch-Site: stops other sites), and that its browser once opened the URL with the
 * token (cookie: stops other people's programs).
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why a request is refused: a status and a sentence. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

export class Guard {
  /** Part of the printed URL. 32 random bytes, hexadecimal. */
  readonly token: string = randomBytes(32).toString('hex');
  /** What the cookie holds: not the token, so that a URL that leaks says nothing about sessions, and the reverse. */
  readonly #session: string = randomBytes(32).toString('hex');
  readonly #cookie: string;

  /** @param port cookies are shared between the ports of a host; the name keeps two servers apart */
  constructor(port: number) {
    this.#cookie = `unroll-${port}`;
  }

  isToken(candidate: string): boolean {
    return sameSecret(candidate, this.token);
  }

  /** Set-Cookie for a browser that has shown the token. */
  get sessionCookie(): string {
    return `${this.#cookie}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Checks everything but the session; null lets it pass. */
  refuseForeign(headers: IncomingHttpHeaders, { needsOrigin = false } = {}): Refusal | null {
    const { host, origin } = headers;
    if (!isLoopbackHost(host)) {
      return { status: 403, message: 'This server answers only to 127.0.0.1 and localhost.' };
    }
    if (origin === undefined ? needsOrigin : origin !== `http://${host}`) {
      return { status: 403, message: 'Another web page may not talk to this server.' };
    }
    const site = headers['sec-fetch-site'];
    const navigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation) {
      return { status: 403, message: 'Another web page may not talk to this server.' };
    }
    return null;
  }

  /** Checks the session; null lets it pass. */
  refuseStranger(headers: IncomingHttpHeaders): Refusal | null {
    const session = readCookie(headers.cookie, this.#cookie);
    if (session !== null && sameSecret(session, this.#session)) return null;
    return {
      status: 401,
      message: 'Open the address that Unroll printed when it started, with the token at its end.',
    };
  }
}

/**
 * Is this Host header a loopback name? Any port: behind `ssh -L 9000:127.0.0.1:8765` the browser says 127.0.0.1:9000. No page can
 * make a browser send a loopback name to reach here under another name, which is what rebinding needs.
 */
export function isLoopbackHost(host: string | undefined): host is string {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** The token of an `Authorization: Bearer` header; null without one. */
export function bearerOf(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** Compares in constant time, whatever the lengths. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return null;
}
