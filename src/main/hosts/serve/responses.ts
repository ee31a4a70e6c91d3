/** The few kinds of answers that the serve host gives over HTTP. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { PageFile } from '../page-files.ts';

/** A sentence for people, or for the program that asked. */
export function sendText(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(message + '\n');
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

export async function sendPage(response: ServerResponse, file: PageFile): Promise<void> {
  await sendFile(response, file.path, {
    'Content-Type': file.type,
    'Cache-Control': file.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
  });
}

/** A file to save under `fileName`. */
export async function sendDownload(response: ServerResponse, path: string, fileName: string): Promise<void> {
  await sendFile(response, path, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': contentDisposition(fileName),
    'Cache-Control': 'no-store',
  });
}

async function sendFile(response: ServerResponse, path: string, headers: Record<string, string>): Promise<void> {
  const { size } = await stat(path);
  response.writeHead(200, { ...headers, 'Content-Length': size });
  if (response.req.method === 'HEAD') response.end();
  else await pipeline(createReadStream(path), response);
}

/** RFC 6266: a plain name for old readers, and the real one in UTF-8. */
export function contentDisposition(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase(),
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
