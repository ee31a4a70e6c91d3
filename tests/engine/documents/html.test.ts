import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { read } from './read.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const textOf = async (markup: string) => (await read(utf8(markup), 'page.html')).text;

describe('the text of a page', () => {
  test.each([
    ['<p>One\n  line</p><p>and another.', 'One line\n\nand another.\n'],
    ['<h1>The  Time <em>Machine</em></h1><div>I</div><div>Introduction</div>', 'The Time Machine\n\nI\nIntroduction\n'],
    ['a<br>b<br><br><br>c', 'a\nb\n\nc\n'],
    ['<ul><li>one</li><li>two</li></ul>after', 'one\ntwo\n\nafter\n'],
    ['<table><tr><td>a</td><td> b </td></tr><tr><th>c<th>d</table>', 'a\tb\nc\td\n'],
    ['<pre>\n  if x:\r\n    y\n</pre><p>z', '  if x:\n    y\n\n\nz\n'],
    ['x<script>alert("no")</script><style>p{}</style><template>t</template><!-- c -->y', 'xy\n'],
    ['<head><title>T</title><p>without body', 'without body\n'],
    ['caf&eacute; &lt;3 &#x1F600;&nbsp;co&shy;operate', 'café <3 😀\u00a0cooperate\n'],
    ['<p>never closed <b>bold', 'never closed bold\n'],
    ['<svg><title>s</title><text>drawn</text></svg>seen', 'seen\n'],
    ['', ''],
  ])('%s', async (markup, expected) => expect(await textOf(markup)).toBe(expected));

  test('is the same in whatever pieces it comes', async () => {
    const page = `<title>Long</title>${'<p>The café &amp; the “hill”.</p>\n'.repeat(20_000)}`;
    const { text, title } = await read(utf8(page), 'page.htm');
    expect(title).toBe('Long');
    expect(text).toBe(`${'The café & the “hill”.\n\n'.repeat(20_000).trimEnd()}\n`);
  });
});

describe('its encoding', () => {
  const latin = (markup: string) => new Uint8Array(Buffer.from(markup, 'latin1'));

  test.each([
    ['<meta charset="iso-8859-1"><p>caf\xe9', 'café\n', 'windows-1252'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>\xf0', 'П\n', 'koi8-r'],
    ['<?xml version="1.0" encoding="iso-8859-2"?><p>\xb1', 'ą\n', 'iso-8859-2'],
    ['<meta charset="nonsense"><p>plain', 'plain\n', 'utf-8'],
    ['<meta charset="utf-16"><p>plain', 'plain\n', 'utf-8'],
  ])('%s', async (markup, text, encoding) =>
    expect(await read(latin(markup), 'p.xhtml')).toMatchObject({ text, encoding }),
  );

  test('is what the person chose, whatever the page says', async () => {
    const page = latin('<meta charset="utf-8"><p>\xf0');
    expect((await read(page, 'p.html', { encoding: 'koi8-r' })).text).toBe('П\n');
  });
});

test('a compressed page is unpacked', async () => {
  expect((await read(gzipSync('<title>T</title><p>packed'), 'page.html.gz')).text).toBe('packed\n');
});

test('elements nested without end are refused', async () => {
  await expect(textOf('<b>'.repeat(100_000))).rejects.toThrow(/nests its elements more than 4,000 deep/);
});

test('a page of anything but text is refused', async () => {
  await expect(read(new Uint8Array(5000), 'page.html')).rejects.toThrow(/looks like binary data/);
});
