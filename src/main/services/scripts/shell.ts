/** Arguments as a line for a shell. */

/** Means the same, unquoted, in POSIX shells and in PowerShell. */
const plain = /^[A-Za-z0-9_./][A-Za-z0-9_./+-]*$/;
const flag = /^--?[a-z][a-z-]*$/;

/**
 * The line that gives a program these arguments. What needs quotes stands in single ones, which POSIX shells and PowerShell read alike; an
 * apostrophe inside makes them double where nothing in it means anything there, and otherwise is written as POSIX shells have it.
 */
export function shellLine(args: readonly string[]): string {
  return args.map(quoted).join(' ');
}

function quoted(argument: string): string {
  if (plain.test(argument) || flag.test(argument)) return argument;
  if (!argument.includes("'")) return `'${argument}'`;
  if (!/["$`\\!]/.test(argument)) return `"${argument}"`;
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
