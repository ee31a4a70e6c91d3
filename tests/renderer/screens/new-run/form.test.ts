import { describe, expect, it } from 'vitest';
import { dataSchema, type DataConfig } from '../../../../src/engine/data/config.ts';
import { runConfigSchema, type RunConfig } from '../../../../src/engine/training/config.ts';
import { usualConfig } from '../../../../src/engine/training/task-presets.ts';
import { RunForm } from '../../../../src/renderer/screens/new-run/form.svelte.ts';
import { choiceNamed } from '../../../../src/renderer/screens/new-run/task-choices.ts';

const text = dataSchema.parse({ kind: 'text' });
const table = dataSchema.parse({ kind: 'table', textColumn: 'review', labelColumn: 'stars' });
const tagged = dataSchema.parse({ kind: 'tagged', separator: 'space', tagColumn: 3 });
const series = dataSchema.parse({ kind: 'numeric', inputs: ['mix', 'noisy'] });
const looks = (corpus: string, data: DataConfig, columns: string[] = [], texts: string[] = []) => ({
  ...{ corpus, data, columns, texts },
});

/** A form on a text that has been looked at. */
function opened(data: DataConfig, columns: string[] = []): RunForm {
  const form = new RunForm('c', []);
  form.suggest(looks('c', data, columns));
  return form;
}

describe('a form that nobody has touched', () => {
  it('is the usual language model on running text', () => {
    const form = opened(text);
    expect([form.choice.id, form.preset?.id, form.offer]).toEqual(['language-model', 'char-rnn', null]);
  });
  it('becomes one for what its text looks like, read as it looks', () => {
    const form = opened(table, ['review', 'stars']);
    expect([form.choice.id, form.isUsual, form.offer]).toEqual(['classification', true, null]);
    expect(form.config?.data).toEqual(table);
    expect(form.config?.architecture).toEqual(usualConfig('classification').architecture);
  });
  it('reads names by their characters, whatever is done with them', () => {
    const form = new RunForm('c', []);
    form.suggest(looks('c', table, ['review', 'stars'], ['Khoury', 'Nahas', 'De Luca']));
    expect([form.choice.id, form.isUsual, form.draft.tokenizer]).toEqual(['classification', true, 'char']);
    form.chooseTask(choiceNamed('binary'));
    expect(form.draft.tokenizer).toBe('char');
    form.draft.corpus = 'd';
    form.suggest(looks('d', table, ['review', 'stars'], ['a good film', 'a dull one']));
    form.resetToUsual();
    expect(form.draft.tokenizer).toBe('word');
  });
  it('follows to another text, there and back', () => {
    const form = opened(table);
    form.draft.corpus = 'd';
    form.suggest(looks('d', series, ['mix', 'noisy']));
    expect([form.choice.id, form.config?.corpus, form.config?.data]).toEqual(['forecasting', 'd', series]);
    form.draft.corpus = 'c';
    form.suggest(looks('c', text));
    expect([form.choice.id, form.config?.data]).toEqual(['language-model', text]);
  });
  it('takes no advice about a text that is no longer chosen', () => {
    const form = new RunForm('c', []);
    form.draft.corpus = 'd';
    form.suggest(looks('c', table));
    expect([form.choice.id, form.offer]).toEqual(['language-model', null]);
  });
});

describe('a form with choices of a person', () => {
  it('is offered the task for its text instead of being switched', () => {
    const form = new RunForm('c', []);
    form.draft.hidden = '77';
    form.suggest(looks('c', tagged));
    expect([form.choice.id, form.offer?.id, form.draft.hidden]).toEqual(['language-model', 'tagging', '77']);
    form.chooseTask(form.offer!);
    expect([form.choice.id, form.offer, form.config?.data]).toEqual(['tagging', null, tagged]);
  });
  it('keeps the task that was chosen by hand, and reads another text of its kind as that looks', () => {
    const form = opened(table, ['review', 'stars']);
    form.chooseTask(choiceNamed('conditional-generation'));
    form.draft.corpus = 'd';
    form.suggest(looks('d', dataSchema.parse({ kind: 'table', textColumn: 'name', labelColumn: 'language' })));
    expect([form.choice.id, form.offer]).toEqual(['conditional-generation', null]);
    expect(form.config?.data).toMatchObject({ textColumn: 'name', labelColumn: 'language', label: { is: 'class' } });
  });
  it('is not offered a language model for one of two line-aligned texts', () => {
    const form = opened(text);
    form.chooseShape('many-to-many-unaligned');
    expect([form.choice.id, form.draft.pairsIn, form.offer]).toEqual(['translation', 'corpora', null]);
    expect(form.problem('targetCorpus')).not.toBeNull();
    form.draft.targetCorpus = 'de';
    expect(form.config?.data).toMatchObject({ kind: 'pairs', targetCorpus: 'de' });
  });
  it('keeps the text, the device and the seed from task to task, and the columns within a kind', () => {
    const form = opened(table, ['review', 'stars', 'mood']);
    Object.assign(form.draft, { device: 'reference', seed: '7', labelColumn: 'mood', batch: '3' });
    form.chooseTask(choiceNamed('binary'));
    const { config } = form;
    expect([config?.corpus, config?.device, config?.training.seed, config?.training.batch]).toEqual([
      'c',
      'reference',
      7,
      32,
    ]);
    expect(config?.data).toMatchObject({ labelColumn: 'mood', label: { is: 'binary' } });
  });
  it('leaves corpora of validation and test behind with their kind of data', () => {
    const form = opened(text);
    form.draft.validCorpus = 'v';
    form.chooseTask(choiceNamed('tagging'));
    expect(form.draft.validCorpus).toBe('');
  });
  it('finds the settings of a task as it left them', () => {
    const form = opened(text);
    form.draft.hidden = '99';
    form.chooseShape('many-to-one');
    expect(form.draft.hidden).toBe('128');
    form.chooseShape('many-to-many-aligned');
    expect([form.choice.id, form.draft.hidden]).toEqual(['language-model', '99']);
  });
  it('gets the usual settings back, but reads its data as before', () => {
    const form = opened(series, ['mix', 'noisy']);
    Object.assign(form.draft, { hidden: '9', window: '33' });
    expect(form.isUsual).toBe(false);
    form.resetToUsual();
    expect([form.isUsual, form.draft.window]).toEqual([true, '33']);
  });
});

describe('a shape', () => {
  it('begins with the task of it that fits the text', () => {
    const form = opened(series, ['mix', 'noisy']);
    form.chooseShape('many-to-many-aligned');
    expect([form.choice.id, form.shape]).toEqual(['forecasting-steps', 'many-to-many-aligned']);
    form.chooseShape('one-to-one');
    expect(form.choice.id).toBe('standard');
    expect([form.draft.inputs, form.draft.targets]).toEqual([['mix'], ['noisy']]);
    form.chooseShape('many-to-one');
    expect([form.choice.id, form.config?.data]).toEqual(['forecasting', expect.objectContaining({ layout: 'series' })]);
  });
  it('predicts values of a column of numbers, not of classes', () => {
    const rows = { kind: 'numeric', layout: 'rows', inputs: ['rooms', 'area', 'price'], targets: ['kind'] };
    const form = opened(dataSchema.parse({ ...rows, targetIs: 'class' }), ['rooms', 'area', 'price', 'kind']);
    expect([form.choice.id, form.draft.targets]).toEqual(['standard', ['kind']]);
    form.chooseTask(choiceNamed('standard-values'));
    expect([form.draft.inputs, form.draft.targets]).toEqual([['rooms', 'area'], ['price']]);
    form.chooseTask(choiceNamed('standard'));
    expect([form.draft.inputs, form.draft.targets]).toEqual([['rooms', 'area', 'price'], ['kind']]);
  });
  it('asks for the separator of several labels with one in it', () => {
    const form = opened(tagged);
    form.chooseTask(choiceNamed('tagging-labels'));
    expect(form.config?.data).toMatchObject({ tagSeparator: '|' });
    form.chooseTask(choiceNamed('tagging'));
    expect(form.config?.data).toMatchObject({ tagSeparator: null });
  });
});

describe('a copy of a run', () => {
  const config = runConfigSchema.parse({
    ...usualConfig('tagging'),
    corpus: 'c',
    data: { kind: 'tagged', format: 'conllu', tokenColumn: 2, tagColumn: 5, skipBadRows: true },
  });
  it('has exactly its settings, whatever the text looks like', () => {
    const form = new RunForm(config, []);
    form.suggest(looks('c', tagged));
    expect([form.config, form.offer]).toEqual([config, null]);
    const other = new RunForm(config, []);
    other.suggest(looks('c', table));
    expect([other.config, other.offer?.id]).toEqual([config, 'classification']);
  });
  it('is as it was left when it is opened again', () => {
    const form = new RunForm(config, []);
    form.draft.tagColumn = '4';
    const again = new RunForm(config, []);
    again.restore(form.save());
    again.suggest(looks('c', tagged));
    expect(again.config?.data).toMatchObject({ tagColumn: 4 });
  });
});

describe('what is drawn and asked', () => {
  it('is the last network that makes sense', () => {
    const form = opened(text);
    form.draft.bidirectional = true;
    expect([form.problem('bidirectional') !== null, form.architecture.bidirectional]).toEqual([true, false]);
    const aligned = opened(table);
    aligned.draft.residual = true;
    aligned.draft.layers = 'x';
    expect([aligned.architecture.task, aligned.architecture.layers]).toEqual(['classification', 1]);
  });
  it('waits for the looks of a text before it is read as the fields say', () => {
    const form = new RunForm('c', []);
    expect(form.inspectInput).toEqual({ id: 'c', target: null, data: null });
    form.suggest(looks('c', table));
    expect(form.inspectInput?.data).toEqual(table);
    form.draft.corpus = 'd';
    expect(form.inspectInput).toEqual({ id: 'd', target: null, data: null });
  });
  it('does not read a text again for what does not change what is found', () => {
    const form = opened(table);
    const before = form.inspectInput;
    Object.assign(form.draft, { skipBadRows: true, foldCount: '5', maxLength: '40', hidden: '3' });
    expect(form.inspectInput).toEqual(before);
    form.draft.labelColumn = 'other';
    expect(form.inspectInput).not.toEqual(before);
  });
  it('is planned with its data, parts and seed', () => {
    const form = opened(tagged);
    Object.assign(form.draft, { testCorpus: 't', vectorsCorpus: 'w', seed: '5' });
    expect(form.planInput).toMatchObject({ data: tagged, testCorpus: 't', vectorsCorpus: 'w', seed: 5, test: 0 });
  });
});

describe('texts that are line-aligned', () => {
  const corpora = ['x.en', 'x.de', 'y.en', 'y.de'].map((id) => ({ id, name: id, lines: id.length, missing: false }));

  function translation(corpus: string): RunForm {
    const form = new RunForm(corpus, []);
    form.chooseTask(choiceNamed('translation'));
    form.draft.pairsIn = 'corpora';
    form.suggestTargets(corpora.slice(0, 2));
    return form;
  }

  it('get their other half by its name, also of another text', () => {
    const form = translation('x.en');
    expect(form.draft).toMatchObject({ targetCorpus: 'x.de', validTargetCorpus: '', testTargetCorpus: '' });
    Object.assign(form.draft, { corpus: 'y.en', validCorpus: 'x.de' });
    form.suggestTargets(corpora.map((one) => ({ ...one, lines: one.name.startsWith('y') ? 5 : 4 })));
    expect(form.draft).toMatchObject({ targetCorpus: 'y.de', validTargetCorpus: 'x.en' });
  });

  it('keep the one that a person chose', () => {
    const form = translation('x.en');
    Object.assign(form.draft, { targetCorpus: 'y.de', corpus: 'y.en' });
    form.suggestTargets(corpora);
    expect(form.draft.targetCorpus).toBe('y.de');
  });
});

describe('a copy of a run that would be refused today', () => {
  const config = runConfigSchema.parse({ ...usualConfig('translation'), corpus: 'c', data: { kind: 'pairs' } });
  const { architecture, training } = config;

  it.each<[string, object, string | null]>([
    ['fields that the task has no use for are mended', { data: text }, null],
    ['units', { architecture: { ...architecture, hidden: 0, embedding: -1 } }, 'hidden'],
    ['no end', { training: { ...training, maxEpochs: null, maxSteps: null, maxMinutes: null } }, 'maxEpochs'],
  ])('shows its settings, and says what is wrong with them: %s', (_which, change, wrong) => {
    const refused = { ...config, ...change } as RunConfig;
    expect(runConfigSchema.safeParse(refused).success).toBe(false);
    const form = new RunForm(refused, []);
    expect(form.draft.learningRate).toBe(String(training.learningRate));
    expect([form.preset, form.architecture.cell]).toEqual([null, architecture.cell]);
    expect(Object.keys(form.problems)[0] ?? null).toBe(wrong);
    expect(form.planInput === null).toBe(wrong !== null);
  });
});
