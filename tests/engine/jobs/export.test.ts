import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ExportError } from '../../../src/engine/export/errors.ts';
import { JobControl } from '../../../src/engine/jobs/control.ts';
import { exportModel } from '../../../src/engine/jobs/export.ts';
import { writeSafetensors } from '../../../src/engine/export/safetensors.ts';
import { nodeFiles } from '../../../src/main/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'unroll-export-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a damaged checkpoint is refused with a sentence, and nothing is written', async () => {
  const checkpointPath = join(folder, 'checkpoint.safetensors');
  writeFileSync(checkpointPath, writeSafetensors({ tensors: new Map(), metadata: { unroll: '{}' } }));
  truncateSync(checkpointPath, 20);
  const provenance = { name: 'a run', corpusName: 'b', corpusHash: 'c', trainedWith: 'Unroll', createdAt: 0 };
  const control = new JobControl(() => 0);
  const exporting = exportModel(
    {
      type: 'export',
      job: '1',
      checkpointPath,
      format: 'safetensors',
      provenance,
      evaluations: [],
      targetDir: folder,
      pageDir: folder,
    },
    nodeFiles(),
    control,
  );
  await expect(exporting).rejects.toThrow(ExportError);
  await expect(exporting).rejects.toThrow(
    /^The checkpoint of "a run" is damaged\. .* Train the run further, or again\.$/,
  );
  expect(readdirSync(folder)).toEqual(['checkpoint.safetensors']);
  control.close();
});
