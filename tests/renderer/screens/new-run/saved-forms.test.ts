import { afterEach, expect, it, vi } from 'vitest';
import { RunForm } from '../../../../src/renderer/screens/new-run/form.svelte.ts';

afterEach(() => vi.unstubAllGlobals());

/** The module as a page that is loaded anew has it. */
async function loaded(storage: Partial<Storage>) {
  vi.resetModules();
  vi.stubGlobal('sessionStorage', storage);
  return (await import('../../../../src/renderer/screens/new-run/saved-forms.ts')).savedForms;
}

function stored() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

it('a form is as it was left when the page has been loaded anew', async () => {
  const storage = stored();
  const form = new RunForm('c', ['draft']);
  form.draft.hidden = '77';
  form.name = 'wider';
  (await loaded(storage)).set('text c', form.save());

  const reloaded = await loaded(storage);
  const again = new RunForm('c', []);
  again.restore(reloaded.get('text c')!);
  expect([again.draft.hidden, again.name, again.tags]).toEqual(['77', 'wider', 'draft']);
  expect(again.config).toEqual(form.config);

  reloaded.delete('text c');
  expect((await loaded(storage)).get('text c')).toBeNull();
});

it('without storage it is kept until then', async () => {
  const forms = await loaded({
    getItem: () => {
      throw new Error('denied');
    },
    setItem: () => {
      throw new Error('denied');
    },
  });
  const form = new RunForm('c', []).save();
  forms.set('text c', form);
  expect(forms.get('text c')).toEqual(form);
});

it('fields that an earlier page did not know keep what they begin with', async () => {
  const storage = stored();
  const { draft, ...rest } = new RunForm('c', []).save();
  const { precision: _new, ...known } = { ...draft, hidden: '9' };
  (await loaded(storage)).set('text c', { ...rest, draft: known as typeof draft });
  const form = new RunForm('c', []);
  form.restore((await loaded(storage)).get('text c')!);
  expect([form.draft.hidden, form.draft.precision, form.config?.architecture.hidden]).toEqual(['9', 'float32', 9]);
});
