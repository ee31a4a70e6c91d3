/** Vocabularies, from the training part only. */
import { ByteCounts } from '../corpus/byte-counts.ts';
import { textBytes } from '../corpus/lowercase.ts';
import { looksPrepared, tokenizerLearner, type TokenizerLearner } from '../corpus/tokenizer-learner.ts';
import type { Tokenizer } from '../corpus/tokenizer.ts';
import { unknownToken } from '../corpus/vocabulary.ts';
import { WordTokenizer } from '../corpus/word-tokenizer.ts';
import type { TokenizerConfig } from '../training/config.ts';

/** Learns from texts one after another. */
export class TextLearner {
  readonly #config: TokenizerConfig;
  #learner: TokenizerLearner | null = null;
  /** The first texts, until there is enough to see whether they are cut into words already. */
  #head: Uint8Array[] = [];
  #headBytes = 0;

  constructor(config: TokenizerConfig) {
    this.#config = config;
  }

  push(text: string): void {
    const bytes = textBytes(text, this.#config.lowercase);
    if (this.#learner) {
      this.#learner.push(bytes, bytes.length, bytes.length, true);
      return;
    }
    this.#head.push(bytes);
    this.#headBytes += bytes.length;
    if (this.#headBytes >= enoughBytes) this.#begin();
  }

  finish(signal: AbortSignal): Promise<Tokenizer> {
    return (this.#learner ?? this.#begin()).finish(signal);
  }

  #begin(): TokenizerLearner {
    const line = Uint8Array.of(0x0a);
    const joined = new Uint8Array(this.#headBytes + this.#head.length);
    let at = 0;
    for (const bytes of this.#head) {
      joined.set(bytes, at);
      joined.set(line, at + bytes.length);
      at += bytes.length + 1;
    }
    const learner = tokenizerLearner(this.#config, this.#config.kind === 'word' && looksPrepared(joined));
    for (const bytes of this.#head) learner.push(bytes, bytes.length, bytes.length, true);
    this.#head = [];
    this.#learner = learner;
    return learner;
  }
}

const enoughBytes = 1 << 20;

/** Different forms counted exactly. */
const mostForms = 1 << 21;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Counts the tokens of sentences that come with their own, spaces in them included. */
export class FormLearner {
  readonly #config: TokenizerConfig;
  readonly #counts = new ByteCounts(mostForms);

  /** Of the settings, lower case, least frequency and largest vocabulary count. */
  constructor(config: TokenizerConfig) {
    this.#config = { ...config, kind: 'word' };
  }

  push(tokens: readonly string[]): void {
    for (const token of tokens) {
      const bytes = textBytes(token, this.#config.lowercase);
      this.#counts.add(bytes, 0, bytes.length);
    }
  }

  /** A word tokeniser whose words these are: typed sentences are cut into words by it, too. */
  finish(): Tokenizer {
    const { minFrequency, maxVocabulary } = this.#config;
    const { table } = this.#counts;
    const most = maxVocabulary === undefined ? table.size : maxVocabulary - 1;
    const tokens = [...table.ranked(most + 1)]
      .filter((key) => table.values[key]! >= minFrequency)
      .map((key) => decoder.decode(table.bytes(key)))
      .filter((token) => token !== unknownToken)
      .slice(0, most);
    return new WordTokenizer({ config: this.#config, prepared: false, tokens });
  }
}
