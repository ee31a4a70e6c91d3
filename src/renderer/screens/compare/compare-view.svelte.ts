/** How curves are compared. Kept while the window is open. */
import type { XKind } from '../../lib/charts/axis.ts';

class CompareView {
  x = $state<XKind>('step');
  logY = $state(true);
  train = $state(true);
  smoothing = $state(0.6);
  search = $state('');
  /** Settings that are the same are listed too. */
  allSettings = $state(false);
}

export const compareView = new CompareView();
