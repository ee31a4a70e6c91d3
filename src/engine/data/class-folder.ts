/** A folder of files named by class, one example a line, as one table. */
import { CorpusError } from '../corpus/errors.ts';

export interface ClassFile {
  /** With or without its folder and extension; what is between is the class. */
  readonly name: string;
  readonly text: string;
}

/**
 * A CSV text with the columns `text` and `label`. Lines without anything but white space are no examples.
 * @throws CorpusError when there are fewer than two classes, or a file has no line
 */
export function classFolderToTable(entries: readonly ClassFile[]): string {
  const rows = ['text,label'];
  const classes = new Set<string>();
  for (const { name, text } of entries) {
    const label = className(name);
    classes.add(label);
    const examples = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
    if (examples.length === 0)
      throw new CorpusError(`${name} has no line, so there is no example of ${label}. Take it out of the folder.`);
    for (const example of examples) rows.push(`${cell(example.trim())},${cell(label)}`);
  }
  if (classes.size < 2) {
    throw new CorpusError(
      `A folder of files named by class needs two classes at least, and this one has ${classes.size}.`,
    );
  }
  return `${rows.join('\n')}\n`;
}

function className(path: string): string {
  const name = path.replaceAll('\\', '/').split('/').at(-1)!;
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
