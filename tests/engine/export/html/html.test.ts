import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ExportError } from '../../../../src/engine/export/errors.ts';
import { htmlFiles } from '../../../../src/engine/export/html/html.ts';
import { openPageModel, pageModel, type PageModel } from '../../../../src/engine/export/html/page-model.ts';
import type { PortableModel } from '../../../../src/engine/export/portable.ts';
import { expectClose } from '../../../compare.ts';
import { CASES, caseOf, make } from '../../../standalone/models.ts';

const runtime = { script: 'run("model");', style: 'body { color: red }' };

/** What stands between a tag with this id, or of this name, and its end. */
function partOf(html: string, tag: string): string {
  const [, content] = new RegExp(`<${tag}[^>]*>([^]*?)</`).exec(html) ?? [];
  return content!;
}

async function written(model: PortableModel, precision: 'float32' | 'float16' = 'float32') {
  const [file] = await htmlFiles(model, runtime, precision);
  const html = new TextDecoder().decode(file!.bytes);
  const page = JSON.parse(partOf(html, 'script type="application/json" id="model"')) as PageModel;
  const weights = Uint8Array.from(Buffer.from(partOf(html, 'script type="text/plain" id="weights"'), 'base64'));
  return { html, page, weights };
}

describe('a page holds', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('the whole model: %s', async (_, one) => {
    const { model } = await make(one);
    const { page, weights } = await written(model);
    const opened = openPageModel(page, weights);
    expect([...opened.parameters]).toEqual([...model.parameters]);
    expect(opened.page.config).toEqual(model.state.config);
    expect(opened.codec?.json).toEqual(model.codec?.json);
    expect(opened.tokenizer?.toJSON()).toEqual(model.tokenizer?.toJSON());
  });

  it('in half precision, parameters to three significant digits', async () => {
    const { model } = await make(caseOf('words'));
    const { page, weights } = await written(model, 'float16');
    expect(weights.length).toBe((await written(model)).weights.length / 2);
    for (const [name, { data }] of openPageModel(page, weights).parameters) {
      expectClose(data, model.parameters.get(name)!.data, { rtol: 2 ** -11, atol: 2 ** -25 }, name);
    }
  });

  it('no parameter that half precision cannot hold', async () => {
    const { model } = await make(caseOf('standard'));
    model.parameters.get('out.bias')!.data[0] = 7e4;
    expect(() => pageModel(model, 'float16', [])).toThrow(ExportError);
    expect(() => pageModel(model, 'float16', [])).toThrow('"out.bias" holds 70000, and float16 ends at 65504');
  });
});

describe('a page allows', () => {
  it('its own script and style, and nothing else at all', async () => {
    const { html } = await written((await make(caseOf('characters'))).model);
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html)!;
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy!.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(runtime.script)}`,
      'worker-src blob:',
      `style-src ${hash(runtime.style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('no name, word or label to become a part of it', async () => {
    const { model } = await make(caseOf('classification'));
    const evil = '</script></title><img src=x><!--<script>';
    const codec = { ...model.codec!, json: { ...model.codec!.json, labels: [evil, 'b', 'c'] } };
    const { html, page } = await written({ ...model, name: evil, corpusName: evil, codec } as PortableModel);
    expect(page.name).toBe(evil);
    expect(page.codec!.labels![0]).toBe(evil);
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
  });
});
