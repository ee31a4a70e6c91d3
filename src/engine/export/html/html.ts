/**
 * A trained model as one HTML file that runs it in any browser, offline: the page with its program and styles (src/standalone, built
 * beforehand), the model, and a policy that forbids the page to load or send anything.
 */
import { figureInfo, hasPerplexity, type FigureName } from '../../metrics/figures.ts';
import { architectureRows, trainingRows } from '../card-rows.ts';
import { ExportError } from '../errors.ts';
import type { ExportFile, PortableModel } from '../portable.ts';
import { pageModel, type CardPart, type PagePrecision } from './page-model.ts';

const encoder = new TextEncoder();

/** The built page. Neither text may contain `</script` or `</style`. */
export interface PageRuntime {
  readonly script: string;
  readonly style: string;
}

/** Bytes of parameters. Base64 makes them longer by a third, and a browser's longest text has 512 MB. */
const MOST_WEIGHTS = 384_000_000;

/** @throws ExportError when the model is too large for a page, or a parameter for float16 */
export async function htmlFiles(
  model: PortableModel,
  { script, style }: PageRuntime,
  precision: PagePrecision,
): Promise<ExportFile[]> {
  const { page, weights } = pageModel(model, precision, cardOf(model, precision));
  if (weights.length > MOST_WEIGHTS) {
    const [size, most] = [weights.length, MOST_WEIGHTS].map((bytes) => Math.ceil(bytes / 1e6));
    throw new ExportError(
      `The parameters take ${size} MB, and a page holds up to ${most} MB: export as ONNX or safetensors instead.`,
    );
  }
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(script)}'`,
    // The script starts one that computes, out of its own text.
    'worker-src blob:',
    `style-src '${await hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const before = `<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escaped(model.name)}</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page runs a neural network, which takes JavaScript: switch it on for this file.</noscript>
<script type="application/json" id="model">${JSON.stringify(page).replaceAll('<', '\\u003c')}</script>
<script type="text/plain" id="weights">`;
  const after = `</script>
<script>${script}</script>
</body>
</html>
`;
  const parts = [before, ...base64(weights), after].map((part) => encoder.encode(part));
  return [{ name: 'model.html', bytes: joined(parts) }];
}

function cardOf(model: PortableModel, precision: PagePrecision): CardPart[] {
  const { state, trainedWith, createdAt, corpusName, corpusHash } = model;
  const count = [...model.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  const parts: CardPart[] = [
    {
      title: 'Model',
      rows: [
        ['parameters', `${count.toLocaleString('en')}, ${precision}`],
        ['trained by', trainedWith],
        ['trained for', `${state.step.toLocaleString('en')} steps`],
        ['run made on', new Date(createdAt).toISOString().slice(0, 10)],
        ['text', corpusName],
        ['SHA-256 of the text', corpusHash],
      ],
    },
    { title: 'Scores', rows: scoreRows(model) },
    { title: 'Network', rows: architectureRows(model) },
    { title: 'Training', rows: trainingRows(state.config) },
  ];
  return parts.filter(({ rows }) => rows.length > 0);
}

/** The last evaluation of each part that was made up to the exported step. */
function scoreRows({ state, architecture }: PortableModel): CardPart['rows'] {
  return (['valid', 'test'] as const).flatMap((split) => {
    const last = state.evals.findLast((one) => one.split === split && one.step <= state.step);
    if (!last) return [];
    const part = split === 'valid' ? 'validation' : 'test';
    const named: [string, number][] = [
      ['loss', last.loss],
      ...(hasPerplexity(architecture.task) ? [['perplexity', Math.exp(last.loss)] as [string, number]] : []),
      ...Object.entries(last.figures).map(([name, value]): [string, number] => [
        figureInfo[name as FigureName].label,
        value,
      ]),
    ];
    return named.map(([name, value]) => [`${name}, ${part}`, String(Number(value.toPrecision(5)))] as const);
  });
}

/** As a policy names an inline script or style. */
async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(text));
  return `sha256-${base64(new Uint8Array(hash)).join('')}`;
}

/** In pieces: btoa takes a string, whose characters are given as arguments, and a long list of them would overflow the stack. */
function base64(bytes: Uint8Array): string[] {
  const piece = 0x6000; // a multiple of 3
  return Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    btoa(String.fromCharCode(...bytes.subarray(i * piece, (i + 1) * piece))),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
