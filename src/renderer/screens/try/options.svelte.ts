/** The sampling settings as they are typed. Kept while the window is open. */
import { generateOptionsSchema, type GenerateRequest } from '../../../api/types.ts';
import { issueSentence, parseNumber } from '../../lib/number-field.ts';

export type OptionName = 'length' | 'temperature' | 'topK' | 'topP' | 'seed';

const optional: readonly OptionName[] = ['topK', 'topP'];
const seeds = 2 ** 32;

class Options {
  prompt = $state('');
  length = $state('500');
  temperature = $state('0.8');
  topK = $state('');
  topP = $state('');
  seed = $state('1');

  readonly #checked = $derived.by(() =>
    generateOptionsSchema.safeParse({
      prompt: this.prompt,
      length: parseNumber(this.length),
      temperature: parseNumber(this.temperature),
      topK: parseNumber(this.topK),
      topP: parseNumber(this.topP),
      seed: parseNumber(this.seed),
    }),
  );

  /** null while a setting is not valid. */
  readonly request = $derived(this.#checked.success ? this.#checked.data : null);

  /** What is wrong with a setting; null if nothing is. */
  problem(name: OptionName | 'prompt'): string | null {
    const issue = this.#checked.error?.issues.find(({ path }) => path[0] === name);
    if (!issue) return null;
    if (name === 'prompt') return issue.message;
    return issueSentence(issue, { typed: this[name], optional: optional.includes(name) });
  }

  /** Another seed, at random. */
  roll(): void {
    this.seed = String(crypto.getRandomValues(new Uint32Array(1))[0]! % seeds);
  }

  /** The settings of an earlier text. */
  take(request: GenerateRequest): void {
    this.prompt = request.prompt;
    this.length = String(request.length);
    this.temperature = String(request.temperature);
    this.topK = String(request.topK ?? '');
    this.topP = String(request.topP ?? '');
    this.seed = String(request.seed);
  }
}

export const options = new Options();
