/** Answers app:// requests from the fixed list of built pages. */
import { readFile } from 'node:fs/promises';
import type { PageFile } from '../page-files.ts';
import { securityHeaders } from '../page-headers.ts';
import { isOwnUrl } from './policy.ts';

export async function answerPageRequest(
  request: { readonly url: string; readonly method: string },
  pages: ReadonlyMap<string, PageFile>,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const headers = securityHeaders(pathname);
  if (!isOwnUrl(request.url)) return new Response('Not found', { status: 404, headers });
  if (request.method !== 'GET') return new Response('Method not allowed', { status: 405, headers });
  const file = pages.get(pathname);
  if (!file) return new Response('Not found', { status: 404, headers });
  return new Response(await readFile(file.path), { headers: { ...headers, 'Content-Type': file.type } });
}
