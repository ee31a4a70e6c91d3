/** Every sentence of the interface is in the catalogue (src/renderer/lib/messages), so that it can be translated. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

const renderer = join(import.meta.dirname, '../../../src/renderer');
/** Attributes that people read or hear. */
const spoken = new Set(['aria-label', 'aria-description', 'title', 'placeholder', 'alt', 'label', 'text', 'hint']);
/** More than signs, units and symbols of the field: a word of two letters or more. */
const isWord = (text: string) => /\p{L}{2,}/u.test(text);
/** Names of keys, as they stand on them; and what no language changes. */
const same = new Set(['Del', 'Esc', 'kbd']);

interface Node {
  readonly type?: string;
  readonly name?: unknown;
  readonly data?: string;
  readonly value?: unknown;
  readonly start?: number;
}

function* textsIn(node: unknown, inCode = false): Generator<string> {
  if (Array.isArray(node)) {
    for (const one of node) yield* textsIn(one, inCode);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type, name, data, value } = node as Node;
  if (type === 'Text' && !inCode && data !== undefined) yield data.trim();
  if (type === 'Attribute') {
    if (typeof name === 'string' && spoken.has(name) && Array.isArray(value)) yield* textsIn(value);
    return;
  }
  if (type === 'StyleDirective') return;
  const code = inCode || (type === 'RegularElement' && (name === 'style' || name === 'script'));
  for (const [key, part] of Object.entries(node)) if (key !== 'metadata') yield* textsIn(part, code);
}

test('no screen has a text of its own', () => {
  const files = globSync('**/*.svelte', { cwd: renderer });
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) => {
    const { fragment } = parse(readFileSync(join(renderer, file), 'utf8'), { modern: true });
    return [...textsIn(fragment)].filter((text) => isWord(text) && !same.has(text)).map((text) => `${file}: ${text}`);
  });
  expect(found).toEqual([]);
});
