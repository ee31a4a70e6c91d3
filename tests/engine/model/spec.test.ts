import { describe, expect, it } from 'vitest';
import {
  architectureDefaults,
  architectureSchema,
  lossOf,
  shapeOf,
  tasks,
  type Architecture,
} from '../../../src/engine/model/spec.ts';
import { CASES, taskArchitecture } from './task-cases.ts';

const stored = { task: 'language-model', cell: 'lstm', layers: 2, hidden: 8, embedding: 4, dropout: 0, tie: false };

function refusal(fields: Partial<Architecture>): { path: string; message: string } | null {
  const base = { task: 'tagging', cell: 'lstm', layers: 2, hidden: 4, embedding: 4, dropout: 0, tie: false };
  const parsed = architectureSchema.safeParse({ ...base, ...fields });
  return parsed.success
    ? null
    : { path: parsed.error.issues[0].path.join('.'), message: parsed.error.issues[0].message };
}

describe('architectures', () => {
  it('stored before there were other tasks stay what they were', () => {
    expect(architectureSchema.parse(stored)).toEqual({ ...architectureDefaults, ...stored });
  });

  it('know their shape and loss, for every task', () => {
    const known = tasks.map((task) => {
      const a = { ...architectureDefaults, task };
      return [task, shapeOf(a), lossOf(a)].join(' ');
    });
    expect(known).toEqual([
      'language-model many-to-many-aligned softmax',
      'tagging many-to-many-aligned softmax',
      'translation many-to-many-unaligned softmax',
      'classification many-to-one softmax',
      'regression many-to-one squared',
      'binary many-to-one sigmoid',
      'multilabel many-to-one sigmoid',
      'conditional-generation one-to-many softmax',
      'forecasting many-to-one squared',
      'standard one-to-one softmax',
    ]);
    expect(lossOf({ task: 'tagging', multilabel: true, predicts: 'class' })).toBe('sigmoid');
    expect(lossOf({ task: 'standard', multilabel: false, predicts: 'value' })).toBe('squared');
    expect(shapeOf({ task: 'forecasting', forecastAt: 'every-step' })).toBe('many-to-many-aligned');
  });

  it.each(CASES)('%s is allowed', (_, fields) => {
    expect(() => taskArchitecture(fields)).not.toThrow();
  });
});

describe('choices that make no sense are refused, with the reason', () => {
  it.each<[Partial<Architecture>, string, string]>([
    [{ task: 'language-model', bidirectional: true }, 'bidirectional', 'sees the very token that it has to predict'],
    [{ task: 'conditional-generation', bidirectional: true }, 'bidirectional', 'from left to right'],
    [
      { task: 'forecasting', input: 'numbers', embedding: 0, forecastAt: 'every-step', bidirectional: true },
      'bidirectional',
      'sees the values that are to be forecast',
    ],
    [
      { task: 'standard', input: 'numbers', embedding: 0, bidirectional: true },
      'bidirectional',
      'no direction to reverse',
    ],
    [{ task: 'classification', attention: 'luong' }, 'attention', 'no encoder and decoder'],
    [{ pooling: 'max' }, 'pooling', 'gives one answer'],
    [{ task: 'translation', pooling: 'mean' }, 'pooling', 'this one does not'],
    [{ tie: true }, 'tie', 'outputs are something else'],
    [{ task: 'language-model', tie: true, embedding: 5 }, 'tie', 'embedding is 5, hidden is 4'],
    [{ task: 'translation', tie: true, attention: 'luong', attentionSize: 6 }, 'tie', 'embedding is 4, that is 6'],
    [{ task: 'forecasting' }, 'input', 'Forecasting reads numbers'],
    [{ task: 'standard' }, 'input', 'A standard network reads numbers'],
    [{ task: 'translation', input: 'numbers', embedding: 0 }, 'input', 'predicts tokens from tokens'],
    [{ input: 'numbers' }, 'embedding', 'set it to 0 instead of 4'],
    [{ residual: true, layers: 1 }, 'residual', 'there is only one layer'],
    [{ task: 'standard', input: 'numbers', embedding: 0, layerNorm: true }, 'layerNorm', 'standard network has none'],
    [
      { task: 'standard', input: 'numbers', embedding: 0, dropoutKind: 'variational' },
      'dropoutKind',
      'a standard network has one step',
    ],
    [{ task: 'classification', multilabel: true }, 'multilabel', 'choose the task multilabel'],
    [{ predicts: 'value' }, 'predicts', 'Only a standard network'],
    [{ horizon: 3 }, 'horizon', 'forecasting only'],
    [{ forecastAt: 'every-step' }, 'forecastAt', 'forecasting only'],
    [{ labelEmbedding: 3 }, 'labelEmbedding', 'conditional generation only'],
    [{ decoderHidden: 3 }, 'decoderHidden', 'Only an encoder–decoder'],
    [{ task: 'translation', attentionSize: 3 }, 'attentionSize', 'Without attention'],
    [{ task: 'translation', score: 'dot' }, 'score', 'Luong attention only'],
    [
      { task: 'translation', attention: 'luong', score: 'dot', bidirectional: true },
      'score',
      "the encoder's are 8 (2 × 4), the decoder's 4",
    ],
  ])('%j', (fields, path, message) => {
    expect(refusal(fields)).toMatchObject({ path, message: expect.stringContaining(message) as string });
  });

  it('what is near them is allowed', () => {
    expect(refusal({ task: 'classification', pooling: 'max', bidirectional: true })).toBeNull();
    expect(
      refusal({ task: 'forecasting', input: 'numbers', embedding: 0, bidirectional: true, horizon: 5 }),
    ).toBeNull();
    expect(refusal({ task: 'translation', attention: 'luong', score: 'dot' })).toBeNull();
    expect(refusal({ task: 'translation', tie: true })).toBeNull();
  });
});
