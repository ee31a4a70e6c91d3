/** What is exported as ONNX in tests: small networks of everything that there is. */
import type { Architecture } from '../../../../src/engine/model/spec.ts';
import { CASES, taskArchitecture } from '../../model/task-cases.ts';

type Case = readonly [string, Partial<Architecture>];

const languageModel = { task: 'language-model' } as const;
const LANGUAGE_MODELS: Case[] = [
  ['language model, lstm', { ...languageModel, layers: 2 }],
  ['language model, gru', { ...languageModel, cell: 'gru', layers: 2, residual: true, layerNorm: true }],
  ['language model, gru that resets before', { ...languageModel, cell: 'gru', reset: 'before', layers: 2 }],
  ['language model, rnn, tanh, one-hot', { ...languageModel, cell: 'rnn', embedding: 0 }],
  ['language model, rnn, ReLU', { ...languageModel, cell: 'rnn', activation: 'relu' }],
  ['language model, rnn, sigmoid', { ...languageModel, cell: 'rnn', activation: 'sigmoid' }],
  ['language model, tied', { ...languageModel, embedding: 3, tie: true }],
  ['language model, wide', { ...languageModel, hidden: 37, embedding: 18, layers: 2 }],
  ['language model, wide gru', { ...languageModel, cell: 'gru', hidden: 37, embedding: 18, reset: 'before' }],
];
/** What the cases of all tasks leave out. */
const MORE: Case[] = [
  ['tagging, rnn in both directions', { task: 'tagging', cell: 'rnn', activation: 'relu', bidirectional: true }],
  ['classification, deep, last step', { task: 'classification', bidirectional: true, layers: 2, layerNorm: true }],
  ['classification, of numbers, max', { task: 'classification', input: 'numbers', embedding: 0, pooling: 'max' }],
  ['classification, mean, normalised', { task: 'classification', pooling: 'mean', layerNorm: true }],
  ['forecasting, mean', { task: 'forecasting', input: 'numbers', embedding: 0, pooling: 'mean', bidirectional: true }],
  ['forecasting, max', { task: 'forecasting', input: 'numbers', embedding: 0, pooling: 'max', layerNorm: true }],
  ['translation, gru that resets before', { task: 'translation', cell: 'gru', reset: 'before', attention: 'luong' }],
  ['translation, rnn, bahdanau', { task: 'translation', cell: 'rnn', attention: 'bahdanau', layers: 2 }],
  ['standard, ReLU', { task: 'standard', input: 'numbers', embedding: 0, activation: 'relu' }],
];

/** Name → architecture, of every task, cell and option. */
export const ALL_CASES = [...LANGUAGE_MODELS, ...CASES, ...MORE].map(
  ([name, fields]) => [name, taskArchitecture(fields)] as const,
);
