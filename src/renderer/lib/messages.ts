/**
 * Every sentence of the interface, in English. A translation is an object of the same shape. One file a screen under
 * messages/; sentences with numbers are functions, so that each language can put them in its own order.
 */
import { charts } from './messages/charts.ts';
import { common } from './messages/common.ts';
import { compare } from './messages/compare.ts';
import { corpora } from './messages/corpora.ts';
import { documents } from './messages/documents.ts';
import { exporting } from './messages/export.ts';
import { importCurves } from './messages/import-curves.ts';
import { importModel } from './messages/import-model.ts';
import { inside } from './messages/inside.ts';
import { measures } from './messages/measures.ts';
import { newRun } from './messages/new-run.ts';
import { run } from './messages/run.ts';
import { runs } from './messages/runs.ts';
import { settings } from './messages/settings.ts';
import { share } from './messages/share.ts';
import { tryOut } from './messages/try.ts';
import { welcome } from './messages/welcome.ts';

export const m = {
  charts,
  common,
  compare,
  corpora,
  documents,
  exporting,
  importCurves,
  importModel,
  inside,
  measures,
  newRun,
  run,
  runs,
  settings,
  share,
  tryOut,
  welcome,
};
