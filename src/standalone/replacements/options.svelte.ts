/** In place of renderer/screens/try/options.svelte.ts: the same settings, checked without zod. */
import type { GenerateRequest } from '../../api/types.ts';
import { NumberOptions } from '../../renderer/screens/try/number-options.svelte.ts';
import type { GenerateForLabelOptions, TranslateOptions } from '../../engine/inference/prediction.ts';
import { generateForLabelLimits, generateLimits, schemaOf, translateLimits } from '../limits.ts';

/** How a language model goes on with a text. */
class TextOptions {
  prompt = $state('');
  readonly numbers = new NumberOptions(
    schemaOf<Omit<GenerateRequest, 'prompt'>>(generateLimits),
    { length: '500', temperature: '0.8', topK: '', topP: '', seed: '1' },
    ['topK', 'topP'],
  );
  readonly promptProblem = null;

  /** null while a setting is not valid. */
  readonly request = $derived.by((): GenerateRequest | null => {
    const { values } = this.numbers;
    return values && { ...values, prompt: this.prompt };
  });
}

export const options = new TextOptions();

/** How texts are drawn for a label. */
export const labelOptions = new NumberOptions(
  schemaOf<Omit<GenerateForLabelOptions, never>>(generateForLabelLimits),
  { count: '8', length: '200', temperature: '0.8', topK: '', topP: '', seed: '1' },
  ['topK', 'topP'],
);

/** How a translation is searched for. */
export const translateOptions = new NumberOptions(
  schemaOf<Omit<TranslateOptions, never>>(translateLimits, ({ width, best }) =>
    best <= width ? [] : [{ code: 'custom', path: ['best'], message: 'At most the width: a search keeps no more.' }],
  ),
  { width: '5', lengthPenalty: '0.6', best: '3', maxLength: '200' },
);
