/**
 * What the Electron host lets its page do, as plain decisions: electron.ts asks here and does as it is told. Follows the security
 * checklist of Electron's documentation; everything not named here is denied.
 */
import { enginePagePath } from '../page-headers.ts';

/** The pages' own scheme and origin: `app://unroll/index.html`. */
export const pageScheme = 'app';
export const pageOrigin = 'app://unroll';
export const pageUrl = `${pageOrigin}/`;
/** The page of the hidden window with the engine. */
export const enginePageUrl = `${pageOrigin}${enginePagePath}`;

/** Is this one of our own pages. */
export function isOwnUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.protocol === `${pageScheme}:` && parsed.host === 'unroll' && parsed.username === '';
}

/** Where a frame that sends a message must be: the top frame of a window, on our own page. */
export function isTrustedSender(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && isOwnUrl(frame.url);
}

const externalHosts: readonly string[] = ['github.com', 'arxiv.org', 'doi.org', 'd2l.ai', 'pytorch.org'];

/** A link that may be opened in the person's browser, after asking; null for every other. Only https, only these hosts. */
export function externalLink(url: string): string | null {
  const parsed = URL.parse(url);
  if (
    parsed === null ||
    parsed.protocol !== 'https:' ||
    parsed.port !== '' ||
    parsed.username !== '' ||
    parsed.password !== ''
  ) {
    return null;
  }
  const known = externalHosts.some((host) => parsed.hostname === host || parsed.hostname === `www.${host}`);
  return known ? parsed.href : null;
}

/** Copying text is all that our page needs a permission for. */
export function isPermitted(permission: string, requestingUrl: string | undefined): boolean {
  return permission === 'clipboard-sanitized-write' && requestingUrl !== undefined && isOwnUrl(requestingUrl);
}

/** May the page load this. Everything stays on this machine: no request leaves it. */
export function mayLoad(url: string): boolean {
  const protocol = URL.parse(url)?.protocol ?? '';
  return isOwnUrl(url) || ['data:', 'blob:', 'devtools:'].includes(protocol);
}
