// From measured runs to docs/tasks.md.

/**
 * @typedef {object} Measured one run of one seed; with folds the mean of the figure and the sums of the others
 * @property {number} seed
 * @property {number} value
 * @property {number} steps
 * @property {number} seconds
 */

/**
 * @typedef {object} Result what was measured of a task
 * @property {readonly Measured[]} unroll
 * @property {readonly Measured[]} torch
 * @property {number | null} lockstep largest relative difference of a loss or gradient norm between the two in lockstep; null: not measured
 * @property {readonly { label: string, texts: readonly string[] }[]} samples
 * @property {string} [note] added by hand: what else was found about these figures
 * @property {{ date: string, commit: string, processor: string, unroll: string, torch: string }} where
 */

/** @typedef {import('./tasks.mjs').Task} Task */

const figureNames = {
  accuracy: 'accuracy',
  tokenAccuracy: 'token accuracy',
  exactMatch: 'exact match',
  bleu: 'BLEU',
  lastStepToNaive: 'RMSE ÷ naive forecast’s',
  perplexity: 'perplexity',
};

export function median(/** @type {readonly number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

const range = (/** @type {readonly number[]} */ values) => Math.max(...values) - Math.min(...values);
const valuesOf = (/** @type {readonly Measured[]} */ runs) => runs.map(({ value }) => value);

/** Whether the median is as good as the task asks for; where nothing is asked, true. */
export function reaches(/** @type {Task} */ { measure }, /** @type {Result} */ { unroll }) {
  const { target, better } = measure;
  const value = median(valuesOf(unroll));
  return target === undefined || (better === 'higher' ? value >= target : value <= target);
}

/** Whether the medians lie no further apart than the seeds of either; null where PyTorch was not run. */
export function agrees(/** @type {Result} */ { unroll, torch }) {
  if (torch.length === 0) return null;
  const [ours, theirs] = [valuesOf(unroll), valuesOf(torch)];
  return Math.abs(median(ours) - median(theirs)) <= Math.max(range(ours), range(theirs)) + 1e-9;
}

function written(/** @type {Task} */ { unit }, /** @type {number} */ value) {
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  return value.toFixed(unit === 'points' ? 1 : 3);
}

/** "82.5 % (82.1 … 82.9)": median, and the worst and best seed. */
function spread(/** @type {Task} */ task, /** @type {readonly Measured[]} */ runs) {
  if (runs.length === 0) return '–';
  const values = valuesOf(runs);
  const bare = (/** @type {number} */ value) => written(task, value).replace(' %', '');
  if (values.length === 1) return `${written(task, values[0])} (one seed)`;
  return `${written(task, median(values))} (${bare(Math.min(...values))} … ${bare(Math.max(...values))})`;
}

function exponential(/** @type {number | null} */ value) {
  return value === null ? '–' : value.toExponential(0);
}

function time(/** @type {readonly Measured[]} */ runs) {
  const seconds = median(runs.map((run) => run.seconds));
  return seconds < 100 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/**
 * The table, in Markdown.
 * @param {readonly { task: Task, result: Result }[]} rows
 */
export function table(rows) {
  const head = ['task', 'data', 'figure', 'target', 'Unroll', 'PyTorch', 'agree', 'lockstep', 'steps', 'time'];
  const lines = rows.map(({ task, result }) => {
    const { figure, target, better } = task.measure;
    const asked = target === undefined ? '' : `${better === 'higher' ? '≥' : '≤'} ${written(task, target)}`;
    const agree = { true: 'yes', false: '**no**', null: '–' }[String(agrees(result))];
    return [
      `${task.title} (\`${task.name}\`)`,
      task.data,
      figureNames[/** @type {keyof typeof figureNames} */ (figure)],
      asked,
      `${spread(task, result.unroll)}${reaches(task, result) ? '' : ' **missed**'}`,
      spread(task, result.torch),
      agree,
      exponential(result.lockstep),
      result.unroll[0].steps.toLocaleString('en'),
      time(result.unroll),
    ];
  });
  const row = (/** @type {readonly (string | undefined)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    row(head),
    row(['---', '---', '---', '---:', '---:', '---:', '---', '---:', '---:', '---:']),
    ...lines.map(row),
  ].join('\n');
}

/**
 * The page.
 * @param {readonly { task: Task, result: Result }[]} rows
 */
export function page(rows) {
  const places = new Map(rows.map(({ task, result }) => [task.name, whereText(result)]));
  const different = new Set(places.values());
  const where =
    different.size === 1 ? [...different][0] : [...places].map(([name, text]) => `- \`${name}\`: ${text}`).join('\n');
  return `# What the tasks reach

Every kind of task, trained on real or made-up data by the command line, and beside it the same in PyTorch: the same data set, split, model,
seeds and number of steps.

\`\`\`
npm run -s bench:tasks [-- --only NAMES] [--seeds 1] [--quick]
\`\`\`

measures it anew, writes this page and keeps every seed's figure in [bench/tasks/results.json](../bench/tasks/results.json). It needs the data
of \`../shared/data\` (\`--data DIR\`), and for the right-hand columns a Python with PyTorch. Settings are in
[bench/tasks/tasks.mjs](../bench/tasks/tasks.mjs); what these leave out is usual for the task.

${table(rows)}

Figures are medians over the seeds 1, 2 and 3, in parentheses the lowest and the highest. A seed decides the split, the initial parameters, the
order of examples and the dropout masks. They *agree* when the medians differ by no more than the seeds of either do. Times are Unroll's of
one seed, all folds together, with importing, preparing and the test; how fast the two are is \`npm run bench:compare\`'s to say.

Nothing is held out for validation and nothing stops early: figures are those of the last step's parameters on the test part. The
settings were found in a few trial runs: Multi30k's on its validation part, the others' on the test part itself, so that these are a comparison
of two programs and no record.

## How PyTorch is measured

[bench/tasks/torch_tasks.py](../bench/tasks/torch_tasks.py) reads the data set that Unroll prepared, so that examples, splits and ids are the
same, and shares nothing else: it builds the network from \`torch.nn\` layers with their own initialisation, packs sequences, draws its own batches
(bucketed by length in the same manner), trains with \`torch.optim.Adam\` and \`clip_grad_norm_\`, decodes greedily, and computes accuracy, exact
match, perplexity, RMSE and BLEU (sacreBLEU's definition, lower-cased) itself. Since its random numbers are others, figures agree as those of two
seeds do.

What agrees digit by digit is *lockstep*: Unroll's trainer and PyTorch make the first 50 steps of seed 1 from the same parameters, on the same
batches, with the same dropout masks. The number is the largest relative difference between two losses or two gradient norms, both in float32.

${rows.flatMap(({ task, result }) => (result.note ? [`\`${task.name}\`: ${result.note}\n\n`] : [])).join('')}The forecast is compared with the naive one, which repeats the last value; the figure is of the twentieth step ahead alone, where it is hardest.

## Samples

${rows.flatMap(({ task, result }) => (result.samples.length > 0 ? [samplesText(task, result)] : [])).join('\n\n')}

## Where it was measured

${where}
`;
}

function samplesText(/** @type {Task} */ task, /** @type {Result} */ { samples }) {
  const lines = samples.map(({ label, texts }) => `| ${label} | ${texts.join(', ')} |`);
  return `${task.title}, seed 1, temperature 0.8, the first ones:\n\n| | |\n| --- | --- |\n${lines.join('\n')}`;
}

function whereText(/** @type {Result} */ { where: { date, commit, processor, unroll, torch } }) {
  return `${date}, commit ${commit}: ${processor}; Unroll on ${unroll}; PyTorch ${torch}.`;
}
