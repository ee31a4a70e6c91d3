/** A plan as main would make it, in numbers that look right: what the screen shows follows from what was asked. */
import type { PlanRequest, RunPlan } from '../../../src/api/types.ts';
import type { Task } from '../../../src/engine/model/spec.ts';
import { inspectText } from './fake-texts.ts';

/** Where tokens come out. */
const vocabularies: Partial<Record<Task, number>> = { translation: 988, 'conditional-generation': 71 };

const device = {
  device: 'native',
  deviceDetail: 'AVX-512, 2 threads',
  deviceReason: '4.1 ms a step against 6.2 ms on webgpu for a small network, measured on 3 Nov 2026',
  speedFrom: 'network',
} as const;

export async function planOf(request: PlanRequest): Promise<RunPlan> {
  const { data, architecture, corpus } = request;
  if (data.kind === 'text') return { ...textPlan, firstTargets: [], examples: null, problems: [] };
  const target = data.kind === 'pairs' ? data.targetCorpus : null;
  const found = await inspectText(corpus, target, data);
  const { rows, usable, labels } = found;
  const held = (share: number) => Math.round(usable * share);
  const first = found.preview[0] ?? [];
  const column = found.preview.map((row) => row[0] ?? '');
  const words = (text = '') => (request.tokenizer.kind === 'char' ? Array.from(text) : text.split(' '));
  const isLabelFirst = architecture.task === 'conditional-generation';
  const firstTokens = data.kind === 'numeric' ? column : isLabelFirst ? [first[1] ?? ''] : words(first[0]);
  const firstTargets = isLabelFirst ? words(first[0]) : data.kind === 'table' ? [first[1] ?? ''] : words(first[1]);
  return {
    ...textPlan,
    vocabularySize: data.kind === 'numeric' ? 0 : 1_204,
    trainTokens: usable * 9,
    validTokens: held(request.valid) * 9,
    testTokens: held(request.test) * 9,
    stepsPerEpoch: Math.ceil(usable / request.batch),
    firstTokens,
    firstTargets: data.kind === 'numeric' ? column.slice(-1) : firstTargets,
    examples: {
      train: usable - held(request.valid) - held(request.test),
      valid: held(request.valid),
      test: held(request.test),
      longest: data.kind === 'numeric' && data.layout === 'series' ? data.window : data.kind === 'numeric' ? 1 : 42,
      longestTarget: data.kind === 'pairs' ? 38 : null,
      outputs:
        vocabularies[architecture.task] ??
        (labels.length || (data.kind === 'numeric' ? (data.targets ?? data.inputs).length : 1)),
      labels: labels.length > 0 ? labels.map(({ label }) => label) : null,
      skippedRows: data.skipBadRows ? rows - usable : 0,
      cut: 0,
      tooLong: 0,
      unknownRate: data.kind === 'numeric' ? null : 0.031,
      vectors: request.vectorsCorpus ? { tokens: 900, vocabulary: 1_204, share: 0.94 } : null,
    },
    problems:
      usable < rows && !data.skipBadRows ? [`${rows - usable} rows of ${corpus} have problems.`] : ([] as string[]),
  };
}

const textPlan = {
  vocabularySize: 65,
  vocabularyExact: true,
  trainTokens: 1_003_854,
  validTokens: 111_540,
  testTokens: 0,
  parameters: 861_505,
  memoryBytes: 48_000_000,
  stepsPerEpoch: 490,
  secondsPerStep: 0.0096,
  firstTokens: Array.from('First Citizen: Before we proceed'),
  ...device,
};
