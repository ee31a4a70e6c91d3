export const charts = {
  empty: 'No measurements yet',
  nothingFinite: 'No finite value to draw',
  asTable: 'Show as table',
  asChart: 'Show as chart',
  resetZoom: 'Show everything',
  zoomHint: 'Drag to zoom, double-click to see everything',
  log: 'Logarithmic',
  axisNames: { step: 'step', epoch: 'epoch', time: 'time', ahead: 'steps ahead' },
  /** Heads the values under the crosshair. */
  position: {
    step: (x: string) => `Step ${x}`,
    epoch: (x: string) => `Epoch ${x}`,
    time: (x: string) => `After ${x}`,
    ahead: (x: string) => (x === '0' ? 'Last step read' : x.startsWith('-') ? `${x.slice(1)} before` : `${x} ahead`),
  },
  valueAt: (x: string) => `at ${x}`,
  measured: (value: string) => `measured ${value}`,
  more: (count: string) => `and ${count} more`,
  pointer: (name: string) => `${name}: move along the curves with the arrow keys, zoom with + and −`,
  tableCaption: (name: string) => `${name}: measured values`,
  rowsShown: (shown: string, of: string) => `${shown} of ${of} points`,
  best: (value: string) => `best ${value}`,
};
