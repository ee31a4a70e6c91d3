export const charts = {
  empty: 'No measurements yet',
  nothingFinite: 'No finite value to draw',
  asTable: 'Show as table',
  asChart: 'Show as chart',
  resetZoom: 'Show everything',
  zoomHint: 'Drag to zoom, drag with Shift to move, double-click to see everything',
  showing: (drawn: string, of: string) => `Showing ${drawn} of ${of} points`,
  log: 'Logarithmic',
  axisNames: { step: 'step', epoch: 'epoch', tokens: 'tokens', time: 'time', clock: 'clock', ahead: 'steps ahead' },
  /** Heads the values under the crosshair. */
  position: {
    step: (x: string) => `Step ${x}`,
    epoch: (x: string) => `Epoch ${x}`,
    tokens: (x: string) => `After ${x} tokens`,
    time: (x: string) => `After ${x}`,
    clock: (x: string) => x,
    ahead: (x: string) => (x === '0' ? 'Last step read' : x.startsWith('-') ? `${x.slice(1)} before` : `${x} ahead`),
  },
  valueAt: (x: string) => `at ${x}`,
  measured: (value: string) => `measured ${value}`,
  more: (count: string) => `and ${count} more`,
  pointer: (name: string) =>
    `${name}: move along the curves with the arrow keys, zoom with + and −, move the view with Shift and the arrow keys`,
  tableCaption: (name: string) => `${name}: measured values`,
  rowsShown: (shown: string, of: string) => `${shown} of ${of} points`,
  best: (value: string) => `best ${value}`,
};
