/** A whole comparison as one HTML page that needs nothing else: pictures, tables and configurations are in it. */
import type { Run } from '../../../api/types.ts';
import { exactMoment } from '../../lib/format.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { differenceFrom, type Row } from './differences.ts';

export interface ReportPicture {
  readonly title: string;
  /** An SVG element. */
  readonly svg: string;
  readonly csv: string;
}

export interface Report {
  readonly runs: readonly Run[];
  readonly pictures: readonly ReportPicture[];
  readonly results: readonly Row[];
  readonly settings: readonly Row[];
  /** Index of the run that the others are held against. */
  readonly baseline: number | null;
  /** Colours of the page, as on the screen: its ground, its text, its quieter text, its lines. */
  readonly colors: { readonly ground: string; readonly text: string; readonly quiet: string; readonly line: string };
  readonly font: string;
  readonly version: string;
  /** ms since 1970 */
  readonly at: number;
}

export function reportOf(report: Report): string {
  const { runs, results, settings, colors, font, version, at } = report;
  const title = text.reportTitle(runs.length);
  const style = `
body { max-width: 1200px; margin: 32px auto; padding: 0 24px; background: ${colors.ground}; color: ${colors.text}; font: 14px/1.5 ${font}; }
h1 { font-size: 22px; } h2 { margin-top: 32px; font-size: 16px; }
p, caption, summary { color: ${colors.quiet}; }
figure { display: inline-block; max-width: 100%; margin: 16px 24px 0 0; vertical-align: top; }
svg { display: block; max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
a { color: inherit; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 16px 4px 0; border-bottom: 1px solid ${colors.line}; text-align: left; white-space: nowrap; font-weight: 400; }
tbody th { min-width: 160px; max-width: 320px; white-space: normal; overflow-wrap: anywhere; }
thead th, .best { font-weight: 600; } small { margin-left: 8px; color: ${colors.quiet}; }
pre { overflow: auto; max-height: 480px; font-size: 12px; }`;
  const pictures = report.pictures.map(({ title: name, svg, csv }) => {
    const data = `data:text/csv;charset=utf-8,${encodeURIComponent(csv)}`;
    const link = `<a download="${escape(name)}.csv" href="${data}">${escape(text.reportData)}</a>`;
    return `<figure aria-label="${escape(name)}">${svg}<figcaption>${link}</figcaption></figure>`;
  });
  const configurations = runs.map(
    (run) =>
      `<details><summary>${escape(run.name)}</summary><pre>${escape(JSON.stringify(run.config, null, 2))}</pre></details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p>${escape(text.reportMade(exactMoment(at), version))}</p>
${pictures.join('\n')}
<h2>${escape(text.results)}</h2>
${tableOf(report, results)}
<h2>${escape(text.settings)}</h2>
${settings.length === 0 ? `<p>${escape(text.same)}</p>` : tableOf(report, settings)}
<h2>${escape(text.configurations)}</h2>
${configurations.join('\n')}
</body>
</html>
`;
}

/** A row a run, as any number of runs can be read. */
function tableOf({ runs, baseline }: Report, rows: readonly Row[]): string {
  const head = [text.run, ...rows.map(({ label }) => label)].map((label) => `<th scope="col">${escape(label)}</th>`);
  const body = runs.map((run, i) => {
    const cells = rows.map((row) => {
      const more = differenceFrom(baseline, row, i);
      const best = row.best.includes(i) ? ' class="best"' : '';
      return `<td${best}>${escape(row.values[i] ?? '')}${more === null ? '' : `<small>${escape(more)}</small>`}</td>`;
    });
    const name = i === baseline ? `${run.name} (${text.isBaseline})` : run.name;
    return `<tr><th scope="row">${escape(name)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in HTML, also inside quotation marks. */
function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (char) => entities[char]!);
}
