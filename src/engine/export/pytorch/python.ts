/** Writing Python. */

/** Lines of text, one or several to a part; parts that are false are left out. */
export function lines(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join('\n');
}

export function indented(text: string, spaces = 4): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));
}

/** Definitions as PEP 8 has them: two empty lines between. */
export function definitions(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join('\n\n\n');
}

/** Plain data as a Python expression. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  // A JSON string is a Python string, but for the separators that end a line of source text.
  return JSON.stringify(value)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
}
