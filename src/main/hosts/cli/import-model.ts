/** The command `import-model`: what a model file of another program holds, and the run that it becomes. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FoundModel, VocabularySource } from '../../../api/import-model.ts';
import { vocabularyWays, type VocabularyWay } from '../../../api/import-model.ts';
import { answersSchema } from '../../../engine/import-model/answers.ts';
import type { Client } from './app-session.ts';
import { UsageError } from './errors.ts';
import { printable, type Terminal } from './terminal.ts';

export interface ImportModelFlags {
  readonly name?: string;
  readonly task?: string;
  readonly activation?: string;
  readonly gates?: string;
  readonly labels?: string;
  readonly vocabulary?: string;
  readonly corpus?: string;
  readonly way?: string;
  readonly look?: true;
}

export async function importModel(client: Client, file: string, flags: ImportModelFlags, terminal: Terminal) {
  const source = { type: 'path', path: resolve(file) } as const;
  const vocabulary = await vocabularyOf(client, flags);
  if (flags.look) return show(await client.importModel.look({ source, vocabulary }), terminal);
  const { task = null, activation = null, gates: gateOrder = null } = flags;
  const labels = flags.labels?.split(',').map((one) => one.trim()) ?? null;
  const answers = answersSchema.parse({ task, activation, gateOrder, labels });
  const run = await client.importModel.take({ source, vocabulary, answers, name: flags.name ?? null });
  if (terminal.json) return terminal.event({ event: 'imported', run: run.id, name: run.name, status: run.status });
  terminal.line(`Imported ${run.id} (${printable(run.name)})`);
  if (run.status === 'stopped') terminal.note('Where its corpus is, "unroll resume" goes on as if it had never left.');
}

/** @throws UsageError for flags that contradict each other, or name nothing */
async function vocabularyOf(
  client: Client,
  { vocabulary, corpus, way }: ImportModelFlags,
): Promise<VocabularySource | null> {
  if (vocabulary !== undefined && (corpus !== undefined || way !== undefined))
    throw new UsageError(
      '--vocabulary is a file with the vocabulary; --corpus and --way learn it from a text. Give one.',
    );
  if (vocabulary !== undefined) return { from: 'file', source: { type: 'path', path: resolve(vocabulary) } };
  if (way === 'printable') return { from: 'printable' };
  if (corpus === undefined && way === undefined) return null;
  if (corpus === undefined)
    throw new UsageError(`--way ${way} learns the vocabulary from a text: name it with --corpus.`);
  const learnt = way ?? 'words';
  if (!isWay(learnt)) throw new UsageError(`--way is one of ${[...vocabularyWays, 'printable'].join(', ')}.`);
  return { from: 'corpus', corpus: await corpusCalled(client, corpus), way: learnt };
}

const isWay = (way: string): way is VocabularyWay => (vocabularyWays as readonly string[]).includes(way);

/** A corpus by its name or id; a file is imported first. */
async function corpusCalled(client: Client, name: string): Promise<string> {
  const corpora = await client.corpora.list();
  const found = corpora.find((one) => one.id === name || one.name === name);
  if (found) return found.id;
  if (!existsSync(name)) {
    const known = corpora.map((one) => printable(one.name)).join(', ') || 'none';
    throw new UsageError(`There is no corpus, and no file, called "${name}". Corpora here: ${known}.`);
  }
  const source = { type: 'path', path: resolve(name) } as const;
  for await (const event of await client.corpora.import({ source, encoding: null, name: null }))
    if (event.type === 'done') return event.corpus.id;
  throw new Error('the import ended without a corpus');
}

function show(found: FoundModel, terminal: Terminal): void {
  if (terminal.json) return terminal.event({ event: 'model', ...found });
  const { cell, layers, hidden, embedding, bidirectional, tie, inputs, outputs, parameters, asks } = found;
  const number = (n: number) => n.toLocaleString('en');
  terminal.line(
    `${found.fileName}: ${bidirectional ? 'bidirectional ' : ''}${cell} ${layers}×${hidden}, of ${found.writtenBy}`,
  );
  terminal.line(
    `  embedding   ${embedding === 0 ? 'none, one-hot' : number(embedding)}${tie ? ', tied to the output' : ''}`,
  );
  terminal.line(`  in, out     ${number(inputs)}, ${number(outputs)}`);
  terminal.line(`  parameters  ${number(parameters)}`);
  if (found.step > 0) terminal.line(`  step        ${number(found.step)}`);
  terminal.line(`  for         ${found.tasks.join(', ')}`);
  if (found.firstTokens) terminal.line(`  tokens      ${found.firstTokens.map(printable).join(' ')} …`);
  if (asks.vocabulary)
    terminal.note('Its vocabulary is not in the file: name it with --vocabulary, or --corpus and --way.');
  if (asks.activation)
    terminal.note('Its activation is not in the file: --activation tanh (taken otherwise), relu or sigmoid.');
  if (asks.gateOrder) terminal.note('Its gates are written by hand: --gates ifog (taken otherwise) or ifgo.');
}
