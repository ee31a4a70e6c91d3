/** Finds and loads TensorFlow.js for Node, where the person has installed it. The only file of this device that knows Node. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { DeviceError, type DeviceProbe } from '../devices.ts';
import type { Kernels } from '../kernels.ts';
import type { TensorFlow } from './api.ts';
import { createTensorflowKernels } from './index.ts';

/** Builds of TensorFlow.js with a compiled TensorFlow, best first. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

const HOW_TO_GET =
  '"npm run add:tensorflow" installs it and says what it needs: CUDA 11.2, cuDNN 8.1, Linux or Windows.';
const HOW_TO_MEND = '"npm run add:tensorflow" installs it again and says what is missing.';

/** How long loading may take in a process of its own: the first time CUDA is used it compiles. */
const PATIENCE_SECONDS = 120;

interface Package {
  readonly name: (typeof PACKAGES)[number];
  readonly folder: string;
  readonly version: string;
}

/** What loading a package told. */
interface Loaded {
  readonly tf: TensorFlow;
  readonly gpu: boolean;
}

/** The package of the best build that is installed, whether it works or not; null where there is none. */
function findPackage(from: string): Package | null {
  const require = createRequire(from);
  for (const name of PACKAGES) {
    try {
      const file = require.resolve(`${name}/package.json`);
      return { name, folder: dirname(file), version: (require(file) as { version: string }).version };
    } catch {
      // Not this one.
    }
  }
  return null;
}

/**
 * Loads the package in `folder` and computes something. It uses nothing from outside, because it also runs in a process of its own, as
 * text.
 */
function loadPackage(folder: string, require: NodeJS.Require): Loaded {
  // tfjs-node calls two functions that Node 23 took away, or warns of.
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] = Array.isArray;
  // Otherwise TensorFlow takes all the memory of the GPU at once, and tells every detail.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const tf = require(folder) as TensorFlow;
  tf.enableProdMode();
  const sum = tf.tidy(() => tf.sum(tf.ones([3])).dataSync()[0]);
  if (sum !== 3) throw new Error(`the sum of three ones was ${sum}`);
  return { tf, gpu: (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true };
}

const probes = new Map<string, Promise<DeviceProbe>>();

/**
 * Whether TensorFlow.js is installed and works here, or why not. Never rejects. It is tried once, in a process of its own: loading takes
 * seconds and memory of the GPU, and ends the process where TensorFlow finds a processor that it was not compiled for.
 *
 * @param from the file whose packages are meant
 */
export function probeTensorflow(from: string = import.meta.url): Promise<DeviceProbe> {
  let probe = probes.get(from);
  if (!probe) {
    probe = tryOut(from);
    probes.set(from, probe);
  }
  return probe;
}

async function tryOut(from: string): Promise<DeviceProbe> {
  if (wantsJavascript()) return { available: true, detail: 'TensorFlow.js in plain JavaScript: very slow, for tests' };
  const found = findPackage(from);
  if (!found) return { available: false, detail: `TensorFlow.js for Node is not installed. ${HOW_TO_GET}` };
  const title = `TensorFlow.js ${found.version}`;
  const result = await loadElsewhere(found.folder);
  if ('error' in result) return { available: false, detail: explain(found, result.error) };
  if (!result.gpu) {
    const why = found.name === PACKAGES[0] ? ': it found no NVIDIA GPU with CUDA 11.2 and cuDNN 8.1' : '';
    return {
      available: true,
      detail: `${title} on the processor${why}`,
      adapter: cpus()[0]?.model.trim() ?? null,
      memoryBytes: totalmem(),
    };
  }
  const card = await graphicsCard();
  return {
    available: true,
    detail: `${title} on CUDA${card ? `, ${card.name}` : ''}`,
    adapter: card && `${card.name}, driver ${card.driver}`,
    memoryBytes: card && card.memoryBytes,
  };
}

/**
 * TensorFlow.js as it is installed here, and what it computes on.
 *
 * @param from the file whose packages are meant
 * @throws DeviceError with the reason when it cannot be had
 */
export async function loadTensorflow(from: string = import.meta.url): Promise<{ tf: TensorFlow; detail: string }> {
  const { available, detail } = await probeTensorflow(from);
  if (!available) throw new DeviceError(detail);
  if (wantsJavascript()) return { tf: loadJavascript(), detail };
  const found = findPackage(from)!;
  try {
    return { tf: loadPackage(found.folder, createRequire(from)).tf, detail };
  } catch (error) {
    throw new DeviceError(explain(found, String(error)));
  }
}

/** Its kernels. @throws DeviceError with the reason when it cannot be had */
export async function createTensorflow(): Promise<Kernels> {
  const { tf, detail } = await loadTensorflow();
  return createTensorflowKernels(tf, detail);
}

/** UNROLL_TENSORFLOW=cpu: TensorFlow.js's own JavaScript, which needs nothing installed but the development tools. For tests. */
function wantsJavascript(): boolean {
  return process.env['UNROLL_TENSORFLOW'] === 'cpu';
}

/** TensorFlow.js's own JavaScript. */
export function loadJavascript(): TensorFlow {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs-core') as TensorFlow;
  require('@tensorflow/tfjs-backend-cpu');
  tf.enableProdMode();
  tf.setBackend('cpu');
  return tf;
}

/** Loads a package in a process of its own and says how that went. */
function loadElsewhere(folder: string): Promise<{ gpu: boolean } | { error: string }> {
  const mark = 'unroll:';
  const code = `
    const tell = (result) => require('node:fs').writeSync(1, '\\n${mark}' + JSON.stringify(result) + '\\n');
    try {
      const { gpu } = (${loadPackage.toString()})(process.argv[1], require);
      tell({ gpu });
    } catch (error) {
      tell({ error: String(error) });
    }
    process.exit();`;
  const options = {
    timeout: PATIENCE_SECONDS * 1000,
    windowsHide: true,
    // In Electron, its binary is Node with this.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', code, folder], options, (failure, stdout, stderr) => {
      const told = stdout.split('\n').find((line) => line.startsWith(mark));
      if (told) return resolve(JSON.parse(told.slice(mark.length)) as { gpu: boolean } | { error: string });
      if (failure?.killed) return resolve({ error: `it did not load within ${PATIENCE_SECONDS} seconds` });
      const how = failure?.signal ?? `exit code ${failure?.code ?? 0}`;
      const last = stderr.trim().split('\n').at(-1);
      resolve({ error: `it ended the process that loaded it (${how})${last ? `: ${last}` : ''}` });
    });
  });
}

/** A sentence for people about a package that is there and cannot be loaded. */
function explain({ name, version }: Package, error: string): string {
  const what = `${name} ${version} is installed`;
  if (/tfjs_binding\.node/.test(error) && /can ?not (be found|find module)/i.test(error)) {
    const likely = 'its install step did not run, or could not download TensorFlow';
    return `${what} without its compiled part: ${likely}. ${HOW_TO_MEND}`;
  }
  if (/libtensorflow|tensorflow\.dll/.test(error)) return `${what} without TensorFlow itself. ${HOW_TO_MEND}`;
  const first = error.replace(/^Error: /, '').split('\n')[0]!;
  return `${what}, but cannot be loaded: ${first.replace(/\.?$/, '.')} ${HOW_TO_MEND}`;
}

/** The first NVIDIA card, as its driver's own tool tells; null where that is not there. */
function graphicsCard(): Promise<{ name: string; driver: string; memoryBytes: number } | null> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    execFile('nvidia-smi', query, { timeout: 10_000, windowsHide: true }, (failure, stdout) => {
      const [name, driver, mebibytes] = stdout
        .split('\n')[0]!
        .split(',')
        .map((field) => field.trim());
      if (failure || !name || !driver) resolve(null);
      else resolve({ name, driver, memoryBytes: Number(mebibytes) * 2 ** 20 });
    });
  });
}
