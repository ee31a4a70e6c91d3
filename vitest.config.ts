import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // For state classes in *.svelte.ts files.
  plugins: [svelte()],
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    // A process for each file: a crash in native code fails that file and nothing else.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
