import { builtinModules } from 'node:module';
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier/flat';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

// Folders are boundaries, and arrows point one way: renderer → api ← main → engine → kernels.

/** Modules of the engine that are plain data (schemas, types, size formulas) and may be used everywhere. */
const pureEngineModules = String.raw`(model/(spec|size)|training/(config|presets|task-presets|objections)|data/(config|objections)|metrics/(results|figures)|inside/(look|looks/[\w-]+)|inference/prediction|kernels/precision|documents/kinds|import-curves/(formats|roles)|export/format-ids|import-model/answers|protocol)\.ts$`;

const group = {
  node: {
    regex: `^(node:|(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$)`,
    message: 'This code also runs in a browser and in a worker: no Node modules.',
  },
  platform: {
    regex: '^(electron|svelte|better-sqlite3|ws)($|/)',
    message: 'The engine knows no Electron, Svelte, SQLite or sockets.',
  },
  outsideEngine: {
    regex: String.raw`^\.\.?/(.*/)?(main|renderer|api|preload)/`,
    message: 'The engine imports nothing from the app around it.',
  },
  outsideRenderer: {
    // The bridge is the shape of what the preload gives to the page.
    regex: String.raw`^\.\.?/(.*/)?(main/|preload/(?!bridge\.ts$))`,
    message: 'Screens talk to the app through src/api only.',
  },
  engineWindow: {
    regex: String.raw`^\.\.?/(.*/)?(main|api|screens|components|lib)/`,
    message: 'The hidden window shows nothing and asks nothing of the app: it is the engine behind a port.',
  },
  outsideStandalone: {
    regex: String.raw`^\.\.?/(.*/)?(main|preload)/`,
    message: 'The page of an exported model stands alone: there is no app behind it.',
  },
  outsideApi: {
    regex: String.raw`^\.\.?/(.*/)?(main|renderer|preload)/`,
    message: 'The contract knows neither side of it.',
  },
  engineInternals: {
    regex: String.raw`^\.\.?/(.*/)?engine/(?!${pureEngineModules})`,
    message: 'Only the plain-data modules of the engine may be used here (eslint.config.js lists them).',
  },
  privileged: {
    regex: '^(electron|better-sqlite3|ws)($|/)',
    message: 'Screens run sandboxed, in Electron and in a browser.',
  },
  hosts: {
    regex: String.raw`^\.\.?/(.*/)?hosts/`,
    message: 'No feature lives in a host: only hosts import hosts.',
  },
  screens: {
    regex: String.raw`^\.\.?/(.*/)?renderer/`,
    message: 'The main side does not import screens.',
  },
};

/** @returns {import('eslint').Linter.Config} */
const only = (/** @type {string[]} */ files, /** @type {object[]} */ ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

/** @returns {import('eslint').Linter.RuleEntry} */
const noGlobals = (/** @type {string[]} */ names, /** @type {string} */ message) => [
  'error',
  ...names.map((name) => ({ name, message })),
];

export default defineConfig(
  {
    ignores: [
      'out/',
      'build/',
      '**/build/',
      '.svelte-check/',
      '.svelte-kit/',
      'test-results/',
      'playwright-report/',
      '**/*_pb.ts',
    ],
  },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      // TypeScript finds undefined names, and knows more of them.
      'no-undef': 'off',
      // State is held in $state.raw and replaced as a whole, so plain collections are right.
      'svelte/prefer-svelte-reactivity': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  only(['src/engine/**/*.ts'], group.node, group.platform, group.outsideEngine),
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': noGlobals(
        ['process', 'Buffer', 'require', '__dirname', 'window', 'document'],
        'The engine runs in Node, in a browser and in a worker.',
      ),
    },
  },
  // Loaders find a device's binary on disk.
  only(['src/engine/kernels/*/load*.ts'], group.platform, group.outsideEngine),
  { files: ['src/engine/kernels/*/load*.ts'], rules: { 'no-restricted-globals': 'off' } },
  only(['src/main/**/*.ts'], group.hosts, group.screens),
  only(['src/main/hosts/**/*.ts'], group.screens),
  only(['src/api/**/*.ts'], group.outsideApi, group.engineInternals, group.node),
  only(['src/preload/**/*.ts'], group.hosts, group.screens, group.engineInternals),
  only(
    ['src/renderer/**/*.ts', 'src/renderer/**/*.svelte'],
    group.outsideRenderer,
    group.engineInternals,
    group.privileged,
    group.node,
  ),
  // The page of an exported model holds the engine, and shows it with parts of the app's screens.
  only(['src/standalone/**/*.ts', 'src/standalone/**/*.svelte'], group.outsideStandalone, group.privileged, group.node),
  // The page of the hidden window is no screen but the engine itself.
  only(['src/renderer/engine-window/**/*.ts'], group.engineWindow, group.privileged, group.node),
);
