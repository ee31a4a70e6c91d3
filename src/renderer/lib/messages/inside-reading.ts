import { integer, plural } from '../format.ts';

/** Inside: what the network reads while one looks. */
export const insideReading = {
  name: 'What it reads',
  from: { data: 'Held-out data', text: 'Your own text' },
  length: 'Tokens',
  lengthOf: (tokens: number) => `${integer(tokens)} tokens`,
  start: { tokens: 'From token', examples: 'Example' },
  previous: { tokens: 'Stretch before', examples: 'Example before' },
  next: { tokens: 'Stretch after', examples: 'Example after' },
  go: 'Read',
  text: 'Text',
  textHint: 'Type or paste a text; Ctrl+Enter reads it',
  read: 'Read it',
  notANumber: 'This is no whole number from 1 on.',
  beyond: (total: number) => `There are ${integer(total)}.`,
  part: { valid: 'the validation part', train: 'the training part' },
  which: (d: {
    from: 'text' | 'valid' | 'train';
    unit: 'tokens' | 'examples';
    start: number;
    total: number;
    read: number;
  }) => {
    if (d.from === 'text') return `your text of ${plural(d.read, 'token')}`;
    const part = d.from === 'valid' ? 'the validation part' : 'the training part';
    return d.unit === 'tokens'
      ? `tokens ${integer(d.start + 1)} to ${integer(d.start + d.read)} of the ${integer(d.total)} of ${part}`
      : `example ${integer(d.start + 1)} of the ${integer(d.total)} of ${part}`;
  },
  unknown: (what: readonly string[], more: number) =>
    `The vocabulary lacks ${what.join(' ')}${more > 0 ? ` and ${integer(more)} more` : ''}: read as unknown.`,
  truncated: (read: number) => `Only the first ${plural(read, 'token')} are read.`,
};
