import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Runs `npm run add:tensorflow -- ARGS` where TensorFlow is published by a server that answers with `status`. */
async function addTensorflow(args: readonly string[], status = 403): Promise<{ code: number; text: string }> {
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const env: NodeJS.ProcessEnv = { ...process.env, TFJS_NODE_BASE_URI: `http://127.0.0.1:${port}/libtensorflow-` };
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) delete env[name];
  try {
    return await new Promise((done) => {
      execFile(process.execPath, ['scripts/add-tensorflow.mjs', ...args], { cwd: root, env }, (failure, out, err) =>
        done({ code: Number(failure?.code ?? 0), text: out + err }),
      );
    });
  } finally {
    server.close();
  }
}

const published = process.arch === 'x64' && process.platform !== 'darwin';

describe('npm run add:tensorflow', () => {
  it.skipIf(!published)('says that TensorFlow cannot be downloaded, and what helps, and installs nothing', async () => {
    const before = readFileSync(resolve(root, 'package.json'), 'utf8');
    const { code, text } = await addTensorflow([]);
    expect(code).toBe(1);
    expect(text).toContain('It needs an NVIDIA GPU and its driver, CUDA 11.2, cuDNN 8.1, and Linux or Windows');
    expect(text).toMatch(/TensorFlow itself cannot be downloaded: the server answered 403 Forbidden\n {2}http:.*-gpu-/);
    expect(text).toContain('npm run add:tensorflow -- --from');
    expect(text).toMatch(/Nothing was installed\.\n$/);
    expect(readFileSync(resolve(root, 'package.json'), 'utf8')).toBe(before);
    expect(existsSync(resolve(root, 'node_modules/@tensorflow/tfjs-node-gpu'))).toBe(false);
  });

  it.skipIf(!published)('asks for the build for processors with --cpu', async () => {
    const { code, text } = await addTensorflow(['--cpu'], 404);
    expect(code).toBe(1);
    expect(text).toMatch(/the server answered 404 Not Found\n {2}http:.*-cpu-/);
  });

  it.skipIf(process.platform !== 'linux')('refuses a folder that holds no TensorFlow', async () => {
    const { code, text } = await addTensorflow(['--from', 'tests']);
    expect(code).toBe(1);
    expect(text).toContain('tests is no TensorFlow of a Python: it has no libtensorflow_cc.so.2');
  });

  it('names options that it does not know', async () => {
    const { code, text } = await addTensorflow(['--gpu']);
    expect(code).toBe(1);
    expect(text).toContain("Unknown option '--gpu'. Usage: npm run add:tensorflow");
  });
});
