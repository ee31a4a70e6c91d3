/** Tokenisers in Python: the class `Vocabulary`. */
import type { TokenizerConfig } from '../../../training/config.ts';
import { definitions, lines } from '../python.ts';

export function vocabularyCode(tokenizer: TokenizerConfig, areForms: boolean): string[] {
  if (areForms) return [vocabulary(tokenizer, 'text', '" ".join')];
  switch (tokenizer.kind) {
    case 'char':
      return tokenizer.unit === 'grapheme'
        ? [graphemes(tokenizer), vocabulary(tokenizer, 'cut(text)', '"".join')]
        : [vocabulary(tokenizer, lowered(tokenizer, 'text'), '"".join')];
    case 'word':
      return [words(tokenizer), vocabulary(tokenizer, 'cut(text)', '" ".join')];
    case 'bpe':
      return [bytePairs(tokenizer)];
  }
}

/** The modules that the code imports. */
export function vocabularyModules({ kind, unit }: TokenizerConfig, areForms: boolean): string[] {
  const cuts = !areForms && (kind !== 'char' || unit === 'grapheme');
  return ['collections', ...(cuts ? ['re'] : [])];
}

function lowered({ lowercase }: TokenizerConfig, text: string): string {
  return lowercase ? `${text}.lower()` : text;
}

function vocabulary(config: TokenizerConfig, tokens: string, join: string): string {
  const { minFrequency, maxVocabulary, lowercase } = config;
  const forms = tokens === 'text';
  const each = forms && lowercase && config.kind !== 'char' ? '[token.lower() for token in text]' : tokens;
  return lines(
    'class Vocabulary:',
    '    """Ids of tokens: 0 is <unk>, then come those of the training part, the most frequent first."""',
    '',
    '    def __init__(self, texts):',
    `        counts = collections.Counter(token for text in texts for token in ${each})`,
    '        ranked = sorted(counts, key=lambda token: (-counts[token], token))',
    minFrequency > 1
      ? `        ranked = [token for token in ranked if counts[token] >= ${minFrequency} and token != "<unk>"]`
      : '        ranked = [token for token in ranked if token != "<unk>"]',
    `        self.tokens = ["<unk>"] + ranked${maxVocabulary === undefined ? '' : `[: ${maxVocabulary - 1}]`}`,
    '        self.ids = {token: id for id, token in enumerate(self.tokens)}',
    '',
    '    def __len__(self):',
    '        return len(self.tokens)',
    '',
    '    def encode(self, text):',
    `        return [self.ids.get(token, 0) for token in ${each}]`,
    '',
    '    def decode(self, ids):',
    `        return ${join}(self.tokens[id] for id in ids)`,
  );
}

function graphemes(config: TokenizerConfig): string {
  return definitions(
    lines(
      'def cut(text):',
      '    """Characters as people see them, nearly: with their marks and joined emoji."""',
      `    return re.findall(r"\\r\\n|.(?:[\\u0300-\\u036f\\ufe0f\\U0001f3fb-\\U0001f3ff]|\\u200d.)*", ${lowered(config, 'text')}, re.S)`,
    ),
  );
}

function words(config: TokenizerConfig): string {
  return lines(
    '# Words with apostrophes and hyphens inside, numbers, line ends, single signs.',
    'WORD = re.compile(r"<unk>|<eos>|[^\\W_]+(?:(?:[\'’‐‑-]|(?<=\\d)[.,](?=\\d))[^\\W_]+)*|\\r?\\n|[^\\s]")',
    '',
    '',
    'def cut(text):',
    '    """Words as they stand between white space where rare ones are replaced already, as in Penn Treebank."""',
    `    text = ${lowered(config, 'text')}`,
    '    if " <unk> " in text:',
    '        return re.findall(r"\\n|[^\\s]+", text)',
    '    return ["\\n" if word == "\\r\\n" else word for word in WORD.findall(text)]',
  );
}

function bytePairs(config: TokenizerConfig): string {
  return lines(
    'class Vocabulary:',
    '    """Byte pairs (Sennrich et al. 2016): ids 0 to 255 are bytes, each later one the most frequent pair of earlier ones."""',
    '',
    `    SIZE = ${config.maxVocabulary ?? 2000}`,
    '',
    '    def __init__(self, texts):',
    '        pieces = collections.Counter(piece for text in texts for piece in self.cut(text))',
    '        words = {tuple(piece.encode()): count for piece, count in pieces.items()}',
    '        self.bytes = [bytes([byte]) for byte in range(256)]',
    '        self.merges = {}',
    '        while len(self.bytes) < self.SIZE:',
    '            pairs = collections.Counter()',
    '            for word, count in words.items():',
    '                for pair in zip(word, word[1:]):',
    '                    pairs[pair] += count',
    '            if not pairs or max(pairs.values()) < 2:',
    '                break',
    '            pair = min(pairs, key=lambda pair: (-pairs[pair], pair))',
    '            self.merges[pair] = len(self.bytes)',
    '            self.bytes.append(self.bytes[pair[0]] + self.bytes[pair[1]])',
    '            words = {tuple(self.merge(word, pair)): count for word, count in words.items()}',
    '',
    '    def __len__(self):',
    '        return len(self.bytes)',
    '',
    '    @staticmethod',
    '    def cut(text):',
    `        return re.findall(r" ?[^\\W_]+| ?[^\\s\\w]+|_+|\\s+", ${lowered(config, 'text')})`,
    '',
    '    def merge(self, ids, pair):',
    '        merged, at = [], 0',
    '        while at < len(ids):',
    '            both = tuple(ids[at : at + 2]) == pair',
    '            merged.append(self.merges[pair] if both else ids[at])',
    '            at += 2 if both else 1',
    '        return merged',
    '',
    '    def encode(self, text):',
    '        ids = []',
    '        for piece in self.cut(text):',
    '            word = list(piece.encode())',
    '            while True:',
    '                known = [pair for pair in zip(word, word[1:]) if pair in self.merges]',
    '                if not known:',
    '                    break',
    '                word = self.merge(word, min(known, key=self.merges.get))',
    '            ids += word',
    '        return ids',
    '',
    '    def decode(self, ids):',
    '        return b"".join(self.bytes[id] for id in ids).decode(errors="replace")',
  );
}
