/** The commands for a run as one file: `share`, `open`. */
import { resolve } from 'node:path';
import type { Client } from './app-session.ts';
import { findRun } from './find-run.ts';
import { bytes } from './format.ts';
import { printable, type Terminal } from './terminal.ts';

export async function shareRun(client: Client, name: string, out: string, terminal: Terminal): Promise<void> {
  const run = await findRun(client, name);
  const written = await client.share.write({ id: run.id, path: resolve(out) });
  if (terminal.json) return terminal.event({ event: 'shared', run: run.id, path: written.path, bytes: written.bytes });
  terminal.line(`Wrote ${written.path ?? out} (${bytes(written.bytes)})`);
}

export async function openShared(client: Client, file: string, terminal: Terminal): Promise<void> {
  const run = await client.share.open({ source: { type: 'path', path: resolve(file) } });
  const corpora = await client.corpora.list();
  const corpusHere = corpora.some(({ sha256 }) => sha256 === run.corpusHash);
  if (terminal.json) return terminal.event({ event: 'opened', run: run.id, name: run.name, corpus_here: corpusHere });
  terminal.line(`Opened ${run.id} (${printable(run.name)})`);
  const corpus = printable(run.corpusName);
  if (!corpusHere) terminal.note(`Its corpus, ${corpus}, is not here: to train it further, import that very text.`);
}
