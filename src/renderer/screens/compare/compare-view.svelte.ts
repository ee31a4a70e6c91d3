/** How curves are compared. Kept while the window is open. */
import type { TrainingX } from '../../lib/charts/axis.ts';
import type { Measure } from '../../lib/measures.ts';

class CompareView {
  /** What is drawn; null: what suits the runs. */
  measure = $state<Measure | null>(null);
  x = $state<TrainingX>('step');
  logY = $state(true);
  train = $state(true);
  smoothing = $state(0.6);
  search = $state('');
  /** Settings that are the same are listed too. */
  allSettings = $state(false);
}

export const compareView = new CompareView();
