/** How runs are compared. Kept while the window is open, and saved as a view. */
import type { CurveX } from '../../../api/curves.ts';
import type { ViewState } from '../../../api/views.ts';

class CompareView {
  shows = $state<ViewState['shows']>('curves');
  /** What the charts show, the large one first; null: what suits the runs. */
  charts = $state.raw<readonly (string | null)[]>([null]);
  x = $state<CurveX>('step');
  logX = $state(false);
  logY = $state(true);
  /** Outliers do not stretch the axis. */
  clip = $state(false);
  train = $state(true);
  smoothing = $state(0.6);
  group = $state<string | null>(null);
  band = $state<ViewState['band']>('range');
  color = $state<string | null>(null);
  dash = $state<string | null>(null);
  /** The run that others are held against. */
  baseline = $state<string | null>(null);
  /** What is typed to find runs. */
  search = $state('');
  /** Settings that are the same are listed too. */
  allSettings = $state(false);
  axes = $state.raw<readonly string[]>([]);
  scatterX = $state<string | null>(null);
  scatterY = $state<string | null>(null);

  setChart(index: number, shown: string): void {
    this.charts = this.charts.map((one, i) => (i === index ? shown : one));
  }

  addChart(shown: string | null): void {
    this.charts = [...this.charts, shown];
  }

  removeChart(index: number): void {
    this.charts = this.charts.filter((_, i) => i !== index);
  }

  /** All of it, with the runs that it is of. */
  state(runs: readonly string[]): ViewState {
    const { shows, charts, x, logX, logY, clip, train, smoothing, group, band, color, dash, baseline } = this;
    return {
      ...{ shows, charts: [...charts], x, logX, logY, clip, train, smoothing, group, band, color, dash, baseline },
      ...{ runs: [...runs], filter: this.search, allSettings: this.allSettings, axes: [...this.axes] },
      scatter: { x: this.scatterX, y: this.scatterY },
    };
  }

  /** Takes over a saved view; its runs are the caller's business. */
  restore({ runs: _, filter, scatter, ...rest }: ViewState): void {
    Object.assign(this, rest);
    this.search = filter;
    this.scatterX = scatter.x;
    this.scatterY = scatter.y;
  }
}

export const compareView = new CompareView();
