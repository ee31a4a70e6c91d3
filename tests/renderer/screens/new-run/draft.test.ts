import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../../src/engine/training/config.ts';
import { presets } from '../../../../src/engine/training/presets.ts';
import { check, draftOf, type Draft } from '../../../../src/renderer/screens/new-run/draft.ts';

const configs = presets.map((preset) => runConfigSchema.parse({ ...preset.config, corpus: 'c' }));
const draft = (change: Partial<Draft> = {}): Draft => ({ ...draftOf(configs[1]!), ...change });

describe('draft and configuration', () => {
  it('go back and forth without loss for every preset', () => {
    for (const config of configs) expect(check(draftOf(config)).config).toEqual(config);
  });
  it('go back and forth with everything optional set', () => {
    const config = runConfigSchema.parse({
      ...configs[0],
      validCorpus: 'v',
      testCorpus: 't',
      split: { valid: 0, test: 0 },
      tokenizer: { kind: 'bpe', maxVocabulary: 2000 },
      device: 'webgpu',
      threads: 2,
      precision: 'mixed',
      training: {
        ...configs[0]!.training,
        optimizer: { kind: 'adamw', weightDecay: 1e-6 },
        schedule: { kind: 'cosine', warmupSteps: 10, floor: 0 },
        clip: null,
        maxEpochs: 0.5,
        maxSteps: 1000,
        earlyStopping: 5,
        checkpointEvery: 500,
      },
    });
    expect(check(draftOf(config)).config).toEqual(config);
  });
  it('keep 7.5 % exactly', () => {
    expect(check(draft({ valid: '7.5' })).config!.split.valid).toBe(0.075);
  });
  it('drop what a choice has no use for', () => {
    expect(check(draft({ device: 'native', precision: 'mixed' })).config!.precision).toBe('float32');
    const config = check(
      draft({ tokenizer: 'char', maxVocabulary: '5', optimizer: 'sgd', momentum: 'nonsense' }),
    ).config!;
    expect(config.tokenizer.maxVocabulary).toBeUndefined();
    expect(config.training.optimizer).toEqual({ kind: 'sgd' });
  });
});

describe('problems', () => {
  const problems = (change: Partial<Draft>) => check(draft(change)).problems;
  it('stand at the field and say what would be right', () => {
    expect(problems({ hidden: '' })).toEqual({ hidden: 'Enter a number.' });
    expect(problems({ hidden: 'many' })).toEqual({ hidden: '“many” is not a number.' });
    expect(problems({ hidden: '0' })).toEqual({ hidden: 'At least 1.' });
    expect(problems({ hidden: '9000' })).toEqual({ hidden: 'At most 8,192.' });
    expect(problems({ layers: '1.5' })).toEqual({ layers: '“1.5” is not a whole number.' });
    expect(problems({ learningRate: '0' })).toEqual({ learningRate: 'More than 0.' });
    expect(problems({ schedule: 'step', factor: '1' })).toEqual({ factor: 'Less than 1.' });
    expect(problems({ clip: 'x' })).toEqual({ clip: '“x” is not a number. Leave it empty for none.' });
    expect(problems({ corpus: '' })).toEqual({ corpus: 'Choose a text.' });
  });
  it('are in percent where the field is', () => {
    expect(problems({ valid: '95' })).toEqual({ valid: 'At most 90 %.' });
    expect(problems({ valid: '60', test: '40' })).toEqual({
      valid: 'Validation and test leave nothing to train on; make them smaller.',
    });
  });
  it('come from several fields together', () => {
    expect(Object.keys(problems({ layers: '', batch: '0', seed: '-1' })).sort()).toEqual(['batch', 'layers', 'seed']);
  });
  it('say what tying needs and when a run would never end', () => {
    expect(problems({ tie: true, embedding: '64', hidden: '128' }).tie).toContain('embedding is 64, hidden is 128');
    expect(problems({ maxEpochs: '', maxSteps: '', maxMinutes: '' }).maxEpochs).toContain('when to stop');
    expect(problems({ maxEpochs: '', maxMinutes: '1', schedule: 'cosine' }).schedule).toContain('cosine');
  });
});
