/** The table of classes, tags or labels: its columns and their order. */
import type { ClassReport } from '../../../../engine/metrics/results.ts';

export const reportColumns = ['label', 'precision', 'recall', 'f1', 'support', 'predicted'] as const;
export type ReportColumn = (typeof reportColumns)[number];

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Equal values stay in the order of the data. */
export function sortReports(reports: readonly ClassReport[], column: ReportColumn, descending: boolean): ClassReport[] {
  const order = (a: ClassReport, b: ClassReport) =>
    column === 'label' ? collator.compare(a.label, b.label) : a[column] - b[column];
  return [...reports].sort((a, b) => (descending ? order(b, a) : order(a, b)));
}
