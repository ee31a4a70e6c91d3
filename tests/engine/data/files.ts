/** Data files for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataSchema, type ExampleData } from '../../../src/engine/data/config.ts';
import { prepareDataset, type DatasetRequest } from '../../../src/engine/data/prepare.ts';
import { openDataset, type Dataset } from '../../../src/engine/data/dataset.ts';
import { readExamples, type Example } from '../../../src/engine/data/survey.ts';
import type { Row } from '../../../src/engine/data/rows.ts';
import type { EngineFiles } from '../../../src/engine/files.ts';
import { architectureSchema, type Architecture } from '../../../src/engine/model/spec.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { onTestFinished } from 'vitest';
import { never, temporaryFolder } from '../corpus/texts.ts';

/** The path of a file with this text. */
export function fileOf(text: string, name = 'data.txt'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

export function dataOf(fields: object): ExampleData {
  return dataSchema.parse(fields) as ExampleData;
}

export function architectureOf(fields: object): Architecture {
  return architectureSchema.parse({
    cell: 'gru',
    layers: 1,
    hidden: 4,
    embedding: 3,
    dropout: 0,
    tie: false,
    ...fields,
  });
}

export const words = { kind: 'word', unit: 'codepoint', lowercase: false, minFrequency: 1 } as const;
export const characters = { ...words, kind: 'char' } as const;

/** All rows of a file. */
export async function rowsOf(
  path: string,
  data: object,
  { targetPath = null, files = nodeFiles() }: { targetPath?: string | null; files?: EngineFiles } = {},
): Promise<Row<Example>[]> {
  const all = [];
  for await (const rows of readExamples(files, { path, targetPath }, dataOf(data), { signal: never }))
    all.push(...rows);
  return all;
}

export type RequestFields = Omit<Partial<DatasetRequest>, 'architecture' | 'data' | 'train'> & {
  readonly data: object;
  readonly architecture: object;
  readonly train: string;
  readonly trainTarget?: string;
};

export function requestOf({ data, architecture, train, trainTarget, ...others }: RequestFields): DatasetRequest {
  return {
    data: dataOf(data),
    architecture: architectureOf(architecture),
    ...{ tokenizer: words, split: { valid: 0.1, test: 0.2 }, seed: 1, valid: null, test: null, vectorsPath: null },
    train: { path: train, targetPath: trainTarget ?? null },
    targetDir: temporaryFolder(),
    ...others,
  };
}

export async function prepared(fields: RequestFields): Promise<Dataset> {
  const request = requestOf(fields);
  await prepareDataset(nodeFiles(), request, () => {}, never);
  const dataset = await openDataset(nodeFiles(), request.targetDir);
  onTestFinished(() => dataset.close());
  return dataset;
}
