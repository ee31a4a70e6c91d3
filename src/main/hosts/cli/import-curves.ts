/** The command `import-curves`. */
import { basename, resolve } from 'node:path';
import type { CurveMapping } from '../../../api/import-curves.ts';
import { curveRoles, type CurveRole, type LossKind } from '../../../api/import-curves.ts';
import type { Client } from './app-session.ts';
import { UsageError } from './errors.ts';
import { printable, type Terminal } from './terminal.ts';

export interface ImportCurvesFlags {
  readonly name?: string;
  readonly loss?: LossKind;
  /** "NAME=ROLE" */
  readonly series?: readonly string[];
}

export async function importCurves(
  client: Client,
  file: string,
  { name, loss, series = [] }: ImportCurvesFlags,
  terminal: Terminal,
): Promise<void> {
  const source = { type: 'path', path: resolve(file) } as const;
  const found = await client.importCurves.look({ source });
  const mapping: CurveMapping = {
    loss: loss ?? found.mapping.loss,
    roles: { ...found.mapping.roles, ...rolesOf(series, found.series) },
  };
  const runs = await client.importCurves.take({ source, mapping, name: name ?? null });
  if (terminal.json) {
    for (const run of runs) terminal.event({ event: 'imported', run: run.id, name: run.name, format: found.format });
    return;
  }
  for (const note of found.notes) terminal.note(note);
  for (const one of found.series) {
    const role = mapping.roles[one.name] ?? 'none';
    terminal.line(
      `${printable(one.name)}: ${role === 'none' ? 'left out' : role}, ${one.points.toLocaleString('en-US')} points`,
    );
  }
  for (const run of runs)
    terminal.line(`Imported ${run.id} (${printable(run.name)}): curves from ${printable(basename(file))}`);
}

function rolesOf(given: readonly string[], series: readonly { readonly name: string }[]): Record<string, CurveRole> {
  const roles: Record<string, CurveRole> = {};
  for (const one of given) {
    const at = one.lastIndexOf('=');
    const [name, role] = [one.slice(0, at), one.slice(at + 1) as CurveRole];
    if (at < 0 || !curveRoles.includes(role)) {
      throw new UsageError(`--series "${one}" is not NAME=MEANING. Meanings are ${curveRoles.join(', ')}.`);
    }
    if (!series.some((other) => other.name === name)) {
      const names = series.slice(0, 20).map((other) => other.name);
      throw new UsageError(`The file has no series "${name}". It has ${names.join(', ')}.`);
    }
    roles[name] = role;
  }
  return roles;
}
