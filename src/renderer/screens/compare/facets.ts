/** What a run has by which it can be filtered, grouped, coloured and placed: its settings, its results, and what it is called. */
import type { Run } from '../../../api/types.ts';
import { leavesOf } from '../../../api/differences.ts';
import { bytes, duration, integer, none, number, setting } from '../../lib/format.ts';
import {
  directionOf,
  measureName,
  measuredOf,
  measures,
  measuresOfRun,
  valueOf,
  writeMeasure,
} from '../../lib/measures.ts';
import { compare as text } from '../../lib/messages/compare.ts';

export type FacetValue = number | string | boolean | null;

export interface Facet {
  /** As it is written in a filter: `hidden`, `test.perplexity`. */
  readonly name: string;
  /** Other names that it goes by. */
  readonly aliases?: readonly string[];
  readonly label: string;
  readonly kind: 'setting' | 'result' | 'about';
  readonly value: (run: Run) => FacetValue;
  readonly format: (value: FacetValue) => string;
  /** Results of which less is better, or more; null: neither. */
  readonly better: 'lower' | 'higher' | null;
}

/** Paths of a configuration that have a short name of their own. */
const shortNames: Readonly<Record<string, string>> = {
  'training.learningRate': 'lr',
  'training.optimizer.kind': 'optimizer',
  'training.schedule.kind': 'schedule',
  'tokenizer.kind': 'tokenizer',
  'data.kind': 'data',
  'training.steps': 'steps',
};
/** What stands elsewhere, by a name that people know: ids of corpora. */
const hidden: ReadonlySet<string> = new Set(['corpus', 'validCorpus', 'testCorpus', 'vectorsCorpus']);

/** Everything that any of the runs has, results first, then settings in the order of the configuration. */
export function facetsOf(runs: readonly Run[]): Facet[] {
  return [...resultFacets(runs), ...settingFacets(runs), ...aboutFacets];
}

/** Those of which the runs have more than one value. */
export function differing(facets: readonly Facet[], runs: readonly Run[]): Facet[] {
  return facets.filter((facet) => new Set(runs.map((run) => facet.value(run))).size > 1);
}

function settingFacets(runs: readonly Run[]): Facet[] {
  const paths = [...new Set(runs.flatMap((run) => [...settingsOf(run).keys()]))].filter((path) => !hidden.has(path));
  const lastPart = (path: string) => path.split('.').at(-1)!;
  return paths.map((path) => {
    const unique = paths.filter((other) => lastPart(other) === lastPart(path)).length === 1;
    const name = shortNames[path] ?? (unique ? lastPart(path) : path.split('.').slice(-2).join('.'));
    return {
      name,
      aliases: unique ? [path, lastPart(path)] : [path],
      label: text.settingNames[path] ?? words(name),
      kind: 'setting',
      value: (run) => asValue(settingsOf(run).get(path)),
      format: writeValue,
      better: null,
    };
  });
}

/** By configuration, which never changes. */
const known = new WeakMap<Run['config'], Map<string, unknown>>();

function settingsOf({ config }: Run): Map<string, unknown> {
  let settings = known.get(config);
  if (!settings) known.set(config, (settings = leavesOf(config)));
  return settings;
}

function resultFacets(runs: readonly Run[]): Facet[] {
  const measured = new Set(runs.flatMap(measuresOfRun));
  const ofMeasure = (which: 'best' | 'test') =>
    measures
      .filter((measure) => measured.has(measure))
      .filter((measure) => which === 'best' || runs.some((run) => valueOf(measure, measuredOf(run, 'test')) !== null))
      .map((measure): Facet => {
        const title = measureName(measure);
        return {
          name: which === 'best' ? measure : `test.${measure}`,
          label: which === 'best' ? text.rows.best(title) : text.rows.test(title),
          kind: 'result',
          value: (run) => valueOf(measure, measuredOf(run, which)),
          format: (value) => writeMeasure(measure, typeof value === 'number' ? value : null),
          better: directionOf(measure),
        };
      });
  return [...ofMeasure('best'), ...ofMeasure('test'), ...progressFacets];
}

const numeric =
  (write: (value: number) => string) =>
  (value: FacetValue): string =>
    typeof value === 'number' ? write(value) : none;

const progressFacets: readonly Facet[] = [
  {
    name: 'time',
    label: text.rows.time,
    kind: 'result',
    value: (run) => run.elapsed,
    format: numeric(duration),
    better: null,
  },
  {
    name: 'step',
    label: text.rows.steps,
    kind: 'result',
    value: (run) => run.step,
    format: numeric(integer),
    better: null,
  },
  { name: 'epoch', label: 'epochs', kind: 'result', value: (run) => run.epoch, format: numeric(number), better: null },
  {
    ...{ name: 'speed', label: text.rows.speed, kind: 'result', better: 'higher' },
    ...{ value: (run: Run) => run.tokensPerSecond, format: numeric(integer) },
  },
  {
    ...{ name: 'parameters', label: text.rows.parameters, kind: 'result', better: null },
    ...{ value: (run: Run) => run.parameters, format: numeric(integer) },
  },
  {
    name: 'memory',
    label: 'memory',
    kind: 'result',
    value: (run) => run.memoryBytes,
    format: numeric(bytes),
    better: null,
  },
];

const written = (value: FacetValue): string => (value === null || value === '' ? none : String(value));

const aboutFacets: readonly Facet[] = [
  { name: 'name', label: 'run', kind: 'about', value: (run) => run.name, format: written, better: null },
  { name: 'corpus', label: 'corpus', kind: 'about', value: (run) => run.corpusName, format: written, better: null },
  { name: 'status', label: text.rows.status, kind: 'about', value: (run) => run.status, format: written, better: null },
  { name: 'trainedOn', label: 'trained on', kind: 'about', value: (run) => run.device, format: written, better: null },
  { name: 'tags', label: 'tags', kind: 'about', value: (run) => run.tags.join(', '), format: written, better: null },
];

function asValue(value: unknown): FacetValue {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function writeValue(value: FacetValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? setting(value) : (value ?? none);
}

/** "scheduledSampling.rate" → "scheduled sampling rate". */
function words(name: string): string {
  return name
    .replaceAll('.', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
