/** What a series of another program means here. Pure module. */
import { z } from 'zod';
import { figureNames, type FigureName } from '../metrics/figures.ts';

/** Perplexities and bits are turned into losses: ln of the perplexity, bits times ln 2. */
export const curveRoles = [
  'none',
  'trainLoss',
  'trainPerplexity',
  'trainBits',
  'validLoss',
  'validPerplexity',
  'validBits',
  'testLoss',
  'testPerplexity',
  'testBits',
  'gradNorm',
  'learningRate',
  'tokensPerSecond',
  'epoch',
  'seconds',
  ...figureNames,
] as const;
export type CurveRole = (typeof curveRoles)[number];

/** What the loss is: of a distribution over tokens (its exponential is the perplexity), over classes, or a squared error. */
export const lossKinds = ['tokens', 'classes', 'squares'] as const;
export type LossKind = (typeof lossKinds)[number];

export const curveMappingSchema = z.object({
  loss: z.enum(lossKinds),
  /** By the names of the series; those not named mean nothing. */
  roles: z.record(z.string(), z.enum(curveRoles)),
});
export type CurveMapping = z.output<typeof curveMappingSchema>;

/** What several roles say of one thing: only one of them can hold. */
export const sameThing: readonly (readonly CurveRole[])[] = [
  ['trainLoss', 'trainPerplexity', 'trainBits'],
  ['validLoss', 'validPerplexity', 'validBits'],
  ['testLoss', 'testPerplexity', 'testBits'],
];

/** What names like "train/loss", "val_ppl" or "eval/accuracy" say; the first series of each meaning takes it. */
export function proposeMapping(names: readonly string[]): CurveMapping {
  const roles: Record<string, CurveRole> = {};
  const taken = new Set<CurveRole>();
  const guesses = names.map((name) => ({ name, ...guess(name) })).sort((a, b) => a.rank - b.rank);
  for (const { name, role } of guesses) {
    const things = sameThing.find((group) => group.includes(role)) ?? [role];
    const free = role !== 'none' && !things.some((thing) => taken.has(thing));
    roles[name] = free ? role : 'none';
    if (free) taken.add(role);
  }
  // A figure is of an evaluation, and an evaluation has a loss.
  const evaluated = sameThing[1]!.some((role) => taken.has(role));
  for (const name of names) if (!evaluated && isFigure(roles[name]!)) roles[name] = 'none';
  return { loss: lossKind(Object.values(roles)), roles: Object.fromEntries(names.map((name) => [name, roles[name]!])) };
}

export function isFigure(role: CurveRole): role is FigureName {
  return (figureNames as readonly string[]).includes(role);
}

function lossKind(roles: readonly CurveRole[]): LossKind {
  if (roles.some((role) => role.endsWith('Perplexity') || role.endsWith('Bits'))) return 'tokens';
  if (roles.some((role) => ['rmse', 'mae', 'r2'].includes(role))) return 'squares';
  return roles.some((role) => isFigure(role) && role !== 'bleu') ? 'classes' : 'tokens';
}

/** Words of figures' names, most telling first. */
const figureWords: readonly (readonly [FigureName, RegExp])[] = [
  ['tokenAccuracy', /\btoken accuracy\b/],
  ['sentenceAccuracy', /\bsentence accuracy\b/],
  ['exactMatch', /\bexact match\b|\bem\b/],
  ['accuracy', /\bacc(uracy)?\b|\btop ?1\b/],
  ['microF1', /\bmicro f1\b|\bf1 micro\b/],
  ['macroF1', /\bmacro f1\b|\bf1 macro\b/],
  ['f1', /\bf1\b/],
  ['precision', /\bprecision\b/],
  ['recall', /\brecall\b/],
  ['bleu', /\b(sacre)?bleu\b/],
  ['rmse', /\brmse\b/],
  ['mae', /\bmae\b/],
  ['r2', /\br2\b/],
];

/** Of two names with one meaning that of the lower rank has it. */
function guess(name: string): { role: CurveRole; rank: number } {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  const split = /\b(val|valid|validation|eval|evaluation|dev)\b/.test(words)
    ? 'valid'
    : /\btest\b/.test(words)
      ? 'test'
      : 'train';
  const rank = split === 'train' && !/\b(train|training)\b/.test(words) ? 1 : 0;
  const role = roleOf(words, split);
  // Means over steps and epochs of what is there by itself.
  return { role, rank: rank + (/\b(min|max|std|avg|mean|epoch|ema|best)\b/.test(words) ? 2 : 0) };
}

function roleOf(words: string, split: 'train' | 'valid' | 'test'): CurveRole {
  if (/\b(learning rate|lr)\b/.test(words)) return 'learningRate';
  if (/\bgrad(ient)? norm\b|\bgnorm\b/.test(words)) return 'gradNorm';
  if (/\b(tokens?|tok|wps|chars?|characters|words)( per| s\b| sec)|\bwps\b|\btps\b/.test(words))
    return 'tokensPerSecond';
  if (/\b(perplexity|ppl|pplx)\b/.test(words)) return `${split}Perplexity`;
  if (/\b(bpc|bpb|bpt)\b|\bbits per\b/.test(words)) return `${split}Bits`;
  const figure = figureWords.find(([, pattern]) => pattern.test(words));
  if (figure) return split === 'valid' ? figure[0] : 'none';
  if (/\b(loss|nll|xent|cross entropy|ce|mse)\b/.test(words)) return `${split}Loss`;
  if (/^(train(ing)? )?epochs?$/.test(words)) return 'epoch';
  return /^(train(ing)? )?(runtime|elapsed( seconds)?|relative time|time elapsed|seconds)$/.test(words)
    ? 'seconds'
    : 'none';
}
