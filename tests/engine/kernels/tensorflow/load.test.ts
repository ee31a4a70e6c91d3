import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../src/engine/kernels/devices.ts';
import { loadTensorflow, probeTensorflow } from '../../../../src/engine/kernels/tensorflow/load.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder of packages with these programs in place of TensorFlow.js's; a file in it, from which they are looked for. */
function installed(programs: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-tensorflow-'));
  folders.push(folder);
  for (const [name, program] of Object.entries(programs)) {
    const packaged = join(folder, 'node_modules', '@tensorflow', name);
    mkdirSync(packaged, { recursive: true });
    writeFileSync(join(packaged, 'package.json'), JSON.stringify({ name, version: '4.22.0', main: 'index.js' }));
    writeFileSync(join(packaged, 'index.js'), program);
  }
  return join(folder, 'index.js');
}

const core = JSON.stringify(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core'));
const cpu = JSON.stringify(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-cpu'));

/** TensorFlow.js's own JavaScript in the place of the compiled one, with what that calls and Node 23 took away. */
const works = (gpu: boolean) => `
  if (!require('util').isNullOrUndefined(undefined)) throw new Error('isNullOrUndefined');
  const tf = require(${core});
  require(${cpu});
  tf.setBackend('cpu');
  tf.backend().isUsingGpuDevice = ${gpu};
  module.exports = tf;`;

describe('finding TensorFlow.js', () => {
  it('that is not there says how to get it', async () => {
    const from = installed({});
    const { available, detail } = await probeTensorflow(from);
    expect(available).toBe(false);
    expect(detail).toBe(
      'TensorFlow.js for Node is not installed. "npm run add:tensorflow" installs it and says what it needs: CUDA 11.2, cuDNN 8.1, Linux or Windows.',
    );
    await expect(loadTensorflow(from)).rejects.toThrow(DeviceError);
  });

  const failures: [what: string, program: string, says: string | RegExp][] = [
    [
      'its compiled part was never downloaded',
      `throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/tfjs_binding.node. \\nPlease run');`,
      'is installed without its compiled part: its install step did not run, or could not download TensorFlow.',
    ],
    ['its compiled part is not a module', `require('./lib/napi-v8/tfjs_binding.node');`, 'without its compiled part'],
    [
      'TensorFlow itself is missing',
      `throw new Error('libtensorflow.so.2: cannot open shared object file: No such file or directory');`,
      'is installed without TensorFlow itself.',
    ],
    [
      'a package that it needs is missing',
      `require('@mapbox/node-pre-gyp');`,
      "but cannot be loaded: Cannot find module '@mapbox/node-pre-gyp'.",
    ],
    ['it throws no Error', `throw 'a fit';`, 'but cannot be loaded: a fit.'],
    [
      'it ends the process',
      `console.error('compiled to use AVX'); process.abort();`,
      /ended the process that loaded it \(SIGABRT|exit code/,
    ],
    ['it leaves in silence', `process.exit(3);`, 'ended the process that loaded it (exit code 3)'],
    [
      'it computes nonsense',
      works(true).replace('module.exports = tf', `module.exports = { ...tf, sum: tf.neg }`),
      'the sum of three ones was -1',
    ],
  ];

  it.each(failures)('and %s, it says so', async (_, program, says) => {
    const from = installed({ 'tfjs-node-gpu': program });
    const { available, detail } = await probeTensorflow(from);
    expect(available).toBe(false);
    expect(detail).toMatch(/^@tensorflow\/tfjs-node-gpu 4\.22\.0 is installed/);
    expect(detail).toMatch(says);
    expect(detail).toMatch(/"npm run add:tensorflow" installs it again and says what is missing\.$/);
    expect(detail).not.toContain('\n');
    await expect(loadTensorflow(from)).rejects.toThrow(DeviceError);
  });

  it('prefers the build for GPUs, and says when that found none', async () => {
    const from = installed({ 'tfjs-node-gpu': works(false), 'tfjs-node': `throw new Error('not this one');` });
    expect(await probeTensorflow(from)).toMatchObject({
      available: true,
      detail: 'TensorFlow.js 4.22.0 on the processor: it found no NVIDIA GPU with CUDA 11.2 and cuDNN 8.1',
    });
  });

  it('takes the build for processors where there is no other', async () => {
    const from = installed({ 'tfjs-node': works(false) });
    expect(await probeTensorflow(from)).toMatchObject({
      available: true,
      detail: 'TensorFlow.js 4.22.0 on the processor',
    });
  });

  it('loads it with what Node took away', async () => {
    const from = installed({ 'tfjs-node-gpu': works(true) });
    const { tf, detail } = await loadTensorflow(from);
    expect(detail).toMatch(/^TensorFlow\.js 4\.22\.0 on CUDA/);
    expect(tf.getBackend()).toBe('cpu');
  });
});
