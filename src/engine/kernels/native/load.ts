/** Finds and loads the compiled module. The only file of this device that knows Node. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kernels } from '../kernels.ts';
import type { NativeAddon } from './addon.ts';
import { NativeKernels } from './native-kernels.ts';
import { BufferHeap } from './tensor.ts';

const FILE = join('build', 'native', 'unroll_native.node');
const HOW_TO_GET = 'With a C++ compiler installed, "npm run build:native" makes it; the README says which.';

export type NativeDevice =
  | {
      readonly addon: NativeAddon;
      /** Kernels of the best instruction set (or the one UNROLL_ISA names), by default one thread for each physical core. */
      readonly create: (options?: { threads?: number | null; instructionSet?: string }) => NativeKernels;
      /** For people: "AVX-512, 8 threads". */
      readonly detail: string;
      readonly reason: null;
    }
  | {
      readonly addon: null;
      /** Why there are none, and how to get them. */
      readonly reason: string;
    };

const INSTRUCTION_SETS: Readonly<Record<string, string>> = { avx512: 'AVX-512', avx2: 'AVX2' };
const nameOf = (instructionSet: string) => INSTRUCTION_SETS[instructionSet] ?? 'baseline vectors';

let loaded: NativeDevice | undefined;

/** The native device of this machine, or why there is none. Never throws; loads once. */
export function loadNative(): NativeDevice {
  loaded ??= load();
  return loaded;
}

/**
 * @param options.threads by default one for each physical core
 * @throws Error with the reason when the native device cannot be had
 */
export function createNativeKernels(options: { threads?: number | null; instructionSet?: string } = {}): Kernels {
  const device = loadNative();
  if (device.addon === null) throw new Error(device.reason);
  return device.create(options);
}

function load(): NativeDevice {
  const file = candidates().find((path) => existsSync(path));
  if (!file) return { addon: null, reason: `The native kernels are not built. ${HOW_TO_GET}` };
  let addon: NativeAddon;
  try {
    addon = createRequire(import.meta.url)(file) as NativeAddon;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { addon: null, reason: `The native kernels in ${file} cannot be loaded: ${why}. ${HOW_TO_GET}` };
  }
  const wanted = process.env['UNROLL_ISA'];
  const best = wanted || addon.instructionSets[0]!;
  if (!addon.instructionSets.includes(best)) {
    const known = addon.instructionSets.join(', ');
    return { addon: null, reason: `UNROLL_ISA is "${best}", but this machine has: ${known}. Unset it or choose one.` };
  }
  const threads = Math.max(1, Math.min(addon.physicalCores, availableParallelism()));
  return {
    addon,
    create: (options = {}) => {
      const instructionSet = options.instructionSet ?? best;
      return new NativeKernels({
        name: 'native',
        instructions: nameOf(instructionSet),
        context: addon.createContext(instructionSet, options.threads ?? threads),
        heap: new BufferHeap(addon),
      });
    },
    detail: `${nameOf(best)}, ${threads} thread${threads === 1 ? '' : 's'}`,
    reason: null,
  };
}

/**
 * Where the module can be: under the nearest folder with a package.json (the source tree, the built out/ inside it, a packaged app; native
 * files are outside the archive there), or in a packaged app's resources.
 */
function candidates(): string[] {
  const paths: string[] = [];
  const resources = (process as { resourcesPath?: string }).resourcesPath;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) {
      paths.push(join(folder.replace(/app\.asar$/, 'app.asar.unpacked'), FILE));
      break;
    }
    if (folder === dirname(folder)) break;
  }
  if (resources) paths.push(join(resources, 'native', 'unroll_native.node'));
  return paths;
}
