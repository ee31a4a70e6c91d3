/** Files over a port: what the engine in a window gets and makes is what the job's command names, and nothing else. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PortFiles } from '../../../src/engine/port-files.ts';
import type { EngineCommand } from '../../../src/engine/protocol.ts';
import { JobFiles } from '../../../src/main/services/job-files.ts';
import { sampleConfig } from '../store/samples.ts';
import { temporaryFolder } from '../temporary.ts';

/** A workspace's folder with the files of a job, and the engine's view of them. */
function job() {
  const folder = temporaryFolder();
  const at = (...names: string[]) => join(folder, ...names);
  for (const name of ['tokens', 'run']) mkdirSync(at(name));
  writeFileSync(at('tokens', 'tokenizer.json'), '{"kind":"char"}');
  writeFileSync(at('tokens', 'tokens.bin'), new Uint8Array(new Uint16Array([5, 6, 7, 8, 9, 10]).buffer));
  writeFileSync(at('run', 'step-000000001.safetensors'), 'a checkpoint');
  writeFileSync(at('secret.txt'), 'nobody else’s business');
  const tokens = { path: at('tokens', 'tokens.bin'), bytesPerToken: 2, start: 1, length: 4 } as const;
  const command: EngineCommand = {
    ...{ type: 'train', job: '1', config: sampleConfig, checkpointDir: at('run'), resumeFrom: null, vectorsPath: null },
    data: {
      ...{ tokenizerPath: at('tokens', 'tokenizer.json'), vocabularySize: 12, charactersPerToken: 1 },
      ...{ train: tokens, valid: null, test: null },
    },
  };
  const served = new JobFiles();
  served.allow(command);
  const files: PortFiles = new PortFiles((id, request) => {
    served.answer(request).then(
      (answer) => files.answered({ kind: 'answer', id, answer }),
      (error: NodeJS.ErrnoException) =>
        files.answered({ kind: 'refused', id, message: error.message, code: error.code ?? null }),
    );
  });
  return { at, files, served, tokens };
}

describe('the engine in a window', () => {
  test('reads the tokens of its part, and its tokeniser', async () => {
    const { at, files, tokens } = job();
    const source = await files.openTokens(tokens);
    const ids = new Int32Array(3);
    source.read(1, ids);
    expect([source.length, ...ids]).toEqual([4, 7, 8, 9]);
    expect(new TextDecoder().decode(await files.readFile(at('tokens', 'tokenizer.json')))).toBe('{"kind":"char"}');
    await expect(files.openTokens({ ...tokens, length: 40 })).rejects.toThrow('ended while it was read');
  });

  test('writes checkpoints of any size whole or not at all, and removes them', async () => {
    const { at, files, served } = job();
    const bytes = new Uint8Array(9_000_000).map((_, i) => i * 7);
    const sink = await files.create(at('run'));
    await sink.write(bytes.subarray(0, 10));
    await sink.write(bytes.subarray(10));
    await sink.commit(files.join(at('run'), 'step-000000002.safetensors'));
    await sink.abort();
    expect(readFileSync(at('run', 'step-000000002.safetensors')).equals(bytes)).toBe(true);
    expect(await files.readFile(at('run', 'step-000000002.safetensors'))).toEqual(bytes);
    await files.remove(at('run', 'step-000000001.safetensors'));
    expect(await files.list(at('run'))).toEqual(['step-000000002.safetensors']);

    await (await files.create(at('run'))).write(bytes);
    await served.close(); // the window went in the middle
    expect(readdirSync(at('run'))).toEqual(['step-000000002.safetensors']);
  });

  test('gets nothing that its job has nothing to do with, and writes nowhere else', async () => {
    const { at, files, served } = job();
    const refused = 'the job has nothing to do with';
    for (const path of [at('secret.txt'), at('run', '..', 'secret.txt'), at('run', 'deeper', 'file'), at('run')]) {
      await expect(files.size(path)).rejects.toThrow(refused);
      await expect(files.remove(path)).rejects.toThrow(refused);
    }
    await expect(files.list(at('tokens'))).rejects.toThrow(refused);
    await expect(files.create(at('tokens'))).rejects.toThrow(refused);
    await expect(files.remove(at('tokens', 'tokens.bin'))).rejects.toThrow(refused);
    const sink = await files.create(at('run'));
    await expect(sink.commit(at('secret.txt'))).rejects.toThrow(refused);
    await sink.abort();

    // Another job may not what this one might.
    served.allow({ type: 'devices', job: '2', except: [] });
    await expect(files.size(at('run', 'step-000000001.safetensors'))).rejects.toThrow(refused);
  });

  test('is told what the operating system refuses by its code', async () => {
    const { at, files } = job();
    await expect(files.readFile(at('run', 'step-000000009.safetensors'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
