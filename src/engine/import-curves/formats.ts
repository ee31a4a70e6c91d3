/** What of curves from elsewhere is named: what wrote a file, and what a run of it has beside losses. Pure module. */

export const curveFormats = ['tensorboard', 'tensorboard-csv', 'wandb', 'mlflow', 'unroll', 'csv'] as const;
export type CurveFormat = (typeof curveFormats)[number];

export const recordedThings = ['gradNorm', 'learningRate', 'tokensPerSecond', 'epoch', 'time', 'clock'] as const;
export type RecordedThing = (typeof recordedThings)[number];
