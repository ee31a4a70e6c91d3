import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { ExportError } from '../../../src/engine/export/errors.ts';
import { modelFormats, type ModelFormat } from '../../../src/engine/export/format-ids.ts';
import { JobControl } from '../../../src/engine/jobs/control.ts';
import { exportModel } from '../../../src/engine/jobs/export.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { encodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../src/engine/training/trainer.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { temporaryFolder } from '../corpus/texts.ts';
import { tinyConfig } from '../training/tiny.ts';

let checkpoint: Uint8Array;
beforeAll(async () => {
  const text = 'the cat sat on the mat. '.repeat(20);
  const config = tinyConfig();
  const tokenizer = await learnTokenizer(config.tokenizer, text);
  const train = tokensInMemory(tokenizer.encode(text));
  const data = { tokenizer, charactersPerToken: 1, train, valid: null, test: null, vectors: null };
  const kernels = createReferenceKernels();
  const trainer = await Trainer.begin({
    kernels,
    config,
    learner: new TextLearner(kernels, config, data),
    clock: () => 0,
  });
  await trainer.trainStep();
  checkpoint = encodeCheckpoint(await trainer.checkpoint());
});

async function exported(format: ModelFormat, pageDir: string): Promise<Record<string, string>> {
  const folder = temporaryFolder();
  const checkpointPath = join(folder, 'checkpoint');
  writeFileSync(checkpointPath, checkpoint);
  const provenance = {
    ...{ name: 'a run', corpusName: 'cats', corpusHash: 'ab', trainedWith: 'Unroll 0.1.0', createdAt: 0 },
  };
  const result = await exportModel(
    { type: 'export', job: '1', checkpointPath, format, provenance, evaluations: [], targetDir: folder, pageDir },
    nodeFiles(),
    new JobControl(() => 0),
  );
  const files = result.type === 'export' ? result.files : [];
  return Object.fromEntries(files.map(({ name, path }) => [name, readFileSync(path, 'utf8')]));
}

test('every format writes what goes with it', async () => {
  const pageDir = temporaryFolder();
  writeFileSync(join(pageDir, 'page.js'), 'run();');
  writeFileSync(join(pageDir, 'page.css'), 'body {}');
  const names = await Promise.all(modelFormats.map(async (format) => Object.keys(await exported(format, pageDir))));
  for (const [at, format] of modelFormats.entries()) {
    if (format.startsWith('html')) expect(names[at]).toEqual(['model.html']);
    else expect(names[at]).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'README.md']));
  }
  expect((await exported('html', pageDir))['model.html']).toContain('<script>run();</script>');
});

test('a page needs the built one', async () => {
  const refused = exported('html', temporaryFolder());
  await expect(refused).rejects.toThrow(ExportError);
  await expect(refused).rejects.toThrow('install it again, or run npm run build');
});
