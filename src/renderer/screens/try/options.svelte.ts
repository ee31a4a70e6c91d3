/** The settings of each way to generate, as they are typed. Kept while the window is open. */
import {
  generateForLabelSchema,
  generateOptionsSchema,
  translateOptionsSchema,
  type GenerateRequest,
} from '../../../api/types.ts';
import { NumberOptions } from './number-options.svelte.ts';

/** How a language model goes on with a text. */
class TextOptions {
  prompt = $state('');
  readonly numbers = new NumberOptions(
    generateOptionsSchema.omit({ prompt: true }),
    { length: '500', temperature: '0.8', topK: '', topP: '', seed: '1' },
    ['topK', 'topP'],
  );

  readonly #prompt = $derived(generateOptionsSchema.shape.prompt.safeParse(this.prompt));

  /** null while a setting is not valid. */
  readonly request = $derived.by((): GenerateRequest | null => {
    const { values } = this.numbers;
    return values && this.#prompt.success ? { ...values, prompt: this.prompt } : null;
  });

  /** What is wrong with the prompt; null if nothing is. */
  get promptProblem(): string | null {
    return this.#prompt.error?.issues[0]?.message ?? null;
  }

  /** The settings of an earlier text. */
  take({ prompt, ...numbers }: GenerateRequest): void {
    this.prompt = prompt;
    this.numbers.take(numbers);
  }
}

export const options = new TextOptions();

/** How texts are drawn for a label. */
export const labelOptions = new NumberOptions(
  generateForLabelSchema,
  { count: '8', length: '200', temperature: '0.8', topK: '', topP: '', seed: '1' },
  ['topK', 'topP'],
);

/** How a translation is searched for. */
export const translateOptions = new NumberOptions(
  translateOptionsSchema.refine(({ width, best }) => best <= width, {
    path: ['best'],
    message: 'At most the width: a search keeps no more.',
  }),
  { width: '5', lengthPenalty: '0.6', best: '3', maxLength: '200' },
);
