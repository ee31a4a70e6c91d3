import { readdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const here = import.meta.dirname;
const rendererRoot = resolve(here, 'src/renderer');

/** Every page at the top of the renderer folder is an entry of its own. */
const pages = Object.fromEntries(
  readdirSync(rendererRoot)
    .filter((file) => file.endsWith('.html'))
    .map((file) => [basename(file, '.html'), resolve(rendererRoot, file)]),
);

/** Puts the WebAssembly kernels where src/engine/kernels/wasm/load.ts looks for them: beside the entries. */
const wasmKernels: Plugin = {
  name: 'unroll:wasm-kernels',
  generateBundle() {
    const source = readFileSync(resolve(here, 'src/engine/kernels/wasm/unroll.wasm'));
    this.emitFile({ type: 'asset', fileName: 'unroll.wasm', source });
  },
};

/** Every browser that runs this reads KaTeX's fonts as woff2; the same fonts as woff and ttf would only take room. */
const onlyWoff2 = {
  name: 'only-woff2',
  enforce: 'pre' as const,
  transform: (code: string, id: string) =>
    id.endsWith('/katex.min.css') ? code.replace(/,\s*url\([^)]*\.(woff|ttf)\) format\("\w+"\)/g, '') : null,
};

/** What of other people's is in what is built, and under which terms: shipped beside it, and read by tests/licences.test.ts. */
const licences = { fileName: 'licences.json' };

export default defineConfig({
  main: {
    plugins: [wasmKernels],
    build: {
      sourcemap: true,
      license: licences,
      rolldownOptions: {
        // Beside package.json's `dependencies` (external by default): optional packages that may not be installed.
        external: ['webgpu', /^@tensorflow\//],
        input: {
          electron: resolve(here, 'src/main/hosts/electron.ts'),
          cli: resolve(here, 'src/main/hosts/cli.ts'),
          library: resolve(here, 'src/main/hosts/library.ts'),
          'engine-process': resolve(here, 'src/main/engine-process.ts'),
        },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      rolldownOptions: {
        input: { index: resolve(here, 'src/preload/index.ts'), engine: resolve(here, 'src/preload/engine.ts') },
        // A sandboxed preload must be CommonJS, and can load no other file: the two share no module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: rendererRoot,
    plugins: [svelte({ configFile: resolve(here, 'svelte.config.js') }), onlyWoff2],
    build: {
      // The serve host shows the same pages in the person's own browser, so Electron's Chromium is no measure here.
      target: 'es2022',
      minify: true,
      // The hosts' Content-Security-Policy loads no fonts from data: addresses.
      assetsInlineLimit: 0,
      license: licences,
      rolldownOptions: { input: pages },
    },
  },
});
