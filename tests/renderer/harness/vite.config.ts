/** Serves the renderer over an in-memory API: `node_modules/.bin/vite --config tests/renderer/harness/vite.config.ts`. */
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = resolve(import.meta.dirname, '../../..');

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: resolve(root, 'node_modules/.vite-harness'),
  plugins: [svelte({ configFile: resolve(root, 'svelte.config.js') })],
  server: { fs: { allow: [root] } },
});
