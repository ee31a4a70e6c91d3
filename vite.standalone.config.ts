import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const here = import.meta.dirname;
const replacement = (file: string) => resolve(here, 'src/standalone/replacements', file);

/** Parts of the app that would make the page too large, and what stands in for each. */
const replaced: Readonly<Record<string, string>> = {
  [resolve(here, 'src/engine/corpus/characters.ts')]: replacement('characters.ts'),
  [resolve(here, 'src/engine/corpus/words.ts')]: replacement('words.ts'),
  [resolve(here, 'src/renderer/components/Segmented.svelte')]: replacement('Segmented.svelte'),
  [resolve(here, 'src/renderer/components/Slider.svelte')]: replacement('Slider.svelte'),
  [resolve(here, 'src/renderer/components/Tooltip.svelte')]: replacement('Tooltip.svelte'),
  [resolve(here, 'src/renderer/lib/toasts.ts')]: replacement('toasts.ts'),
  [resolve(here, 'src/renderer/screens/try/LabelChooser.svelte')]: replacement('LabelChooser.svelte'),
  [resolve(here, 'src/renderer/screens/try/options.svelte.ts')]: replacement('options.svelte.ts'),
  [resolve(here, 'src/renderer/screens/try/TextQuestion.svelte')]: replacement('TextQuestion.svelte'),
};

const replace: Plugin = {
  name: 'unroll:replace',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (source === 'zod') return replacement('zod.ts');
    if (!importer || !source.startsWith('.')) return null;
    return replaced[resolve(importer, '..', source)] ?? null;
  },
};

/** The licences of what the program is made of go where the program goes: into every page. */
const licences: Plugin = {
  name: 'unroll:licences',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      const folders = chunk.moduleIds.flatMap((id) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
      const texts = [here, ...new Set(folders)].sort().map(licenceOf);
      chunk.code = `/*!\n${texts.join('\n\n').replaceAll('*/', '* /')}\n*/\n${chunk.code}`;
    }
  },
};

/** @param folder of a package */
function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  const { name } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as { name: string };
  if (!file) throw new Error(`The package ${name} goes into the page and brings no licence with it.`);
  return `${name}\n\n${readFileSync(resolve(folder, file), 'utf8').trim()}`;
}

/** The program and the style of the page that a model is exported as (src/standalone): one file of each, to stand in a document. */
export default defineConfig({
  root: resolve(here, 'src/standalone'),
  plugins: [replace, svelte({ configFile: resolve(here, 'svelte.config.js') }), licences],
  // In the text of the page's own script: a page of one file can start no other.
  worker: { format: 'iife', plugins: () => [replace] },
  build: {
    target: 'es2022',
    outDir: resolve(here, 'out/standalone'),
    emptyOutDir: true,
    cssCodeSplit: false,
    rolldownOptions: {
      input: resolve(here, 'src/standalone/main.ts'),
      output: { format: 'iife', entryFileNames: 'page.js', assetFileNames: 'page.[ext]' },
    },
  },
});
