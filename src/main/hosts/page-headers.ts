/** Security headers of every page, in both hosts that show pages. */

/** The page of Electron's hidden window, which holds the engine and shows nothing. */
export const enginePagePath = '/engine.html';

/**
 * The Content-Security-Policy of a page. Scripts, styles and fonts come from the app itself and nowhere else; no inline scripts, no eval, no
 * plugins, no frames, no forms. Style attributes are allowed (components place pop-ups with them), style elements are not.
 * The engine's own page alone may compile WebAssembly, which is how the engine goes through text.
 * @param path of the page's address, '/index.html'
 * @param connect origins besides the page's own that it may talk to (Safari does not count ws: as 'self')
 */
export function contentSecurityPolicy(path: string, connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    path === enginePagePath ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    ['connect-src', "'self'", ...connect].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Headers for every answer, whatever it carries. Parameters: `contentSecurityPolicy`. */
export function securityHeaders(path: string, connect: readonly string[] = []): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(path, connect),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
  };
}
