/** Reading a run's data in Python: functions that give texts, examples or rows of numbers. */
import type { Column, DataConfig } from '../../../data/config.ts';
import { definitions, lines, literal } from '../python.ts';

type Of<K extends DataConfig['kind']> = Extract<DataConfig, { readonly kind: K }>;

/**
 * The definition of `read(path)`, or of `read(path, target_path)` where targets have a file of their own.
 * @param encoding of the files, as Python calls it
 */
export function readingCode(data: DataConfig, encoding: string): string {
  return codeOf(data).replaceAll('"utf-8-sig"', literal(encoding));
}

function codeOf(data: DataConfig): string {
  switch (data.kind) {
    case 'text':
      return text;
    case 'tagged':
      return tagged(data);
    case 'table':
      return data.format === 'jsonl' ? jsonLines(data) : table(data);
    case 'pairs':
      return data.targetCorpus === null ? pairs(data) : alignedLines;
    case 'numeric':
      return numbers(data);
  }
}

/** Whether `read` takes the path of the targets too. */
export function hasTargetFile(data: DataConfig): boolean {
  return data.kind === 'pairs' && data.targetCorpus !== null;
}

const text = `\
def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return file.read()`;

const alignedLines = `\
def read(path, target_path):
    """The lines of two files, side by side."""
    with open(path, encoding="utf-8-sig") as sources, open(target_path, encoding="utf-8-sig") as targets:
        return [(a.strip(), b.strip()) for a, b in zip(sources, targets) if a.strip() and b.strip()]`;

/** Rows of cells, as an iterator `rows`; the names of their columns, if any, are `names`. */
function opened({ format, delimiter, quoting, header }: Of<'pairs'> | Of<'numeric'> | Of<'table'>): string {
  const separator = delimiter ?? (format === 'csv' ? ',' : '\t');
  const quotes = quoting ?? format === 'csv';
  return lines(
    '    with open(path, encoding="utf-8-sig", newline="") as file:',
    `        rows = csv.reader(file, delimiter=${literal(separator)}${quotes ? '' : ', quoting=csv.QUOTE_NONE'})`,
    header && '        names = [name.strip() for name in next(rows)]',
  );
}

/** Where a column is, as an expression. */
function place(column: Column): string {
  return typeof column === 'number' ? String(column - 1) : `names.index(${literal(column)})`;
}

function table(data: Of<'table'>): string {
  return lines(
    'def read(path):',
    '    """Texts and their labels."""',
    opened(data),
    `        text, label = ${place(data.textColumn)}, ${place(data.labelColumn)}`,
    '        return [(row[text], row[label].strip()) for row in rows if row]',
  );
}

function jsonLines({ textColumn, labelColumn }: Of<'table'>): string {
  return lines(
    'def read(path):',
    '    """Texts and their labels."""',
    '    with open(path, encoding="utf-8-sig") as file:',
    '        rows = [json.loads(line) for line in file if line.strip()]',
    `    return [(row[${literal(textColumn)}], str(row[${literal(labelColumn)}]).strip()) for row in rows]`,
  );
}

function pairs(data: Of<'pairs'>): string {
  return lines(
    'def read(path):',
    '    """Sources and their targets."""',
    opened(data),
    `        source, target = ${place(data.sourceColumn)}, ${place(data.targetColumn)}`,
    '        return [(row[source].strip(), row[target].strip()) for row in rows if row]',
  );
}

function tagged({ format, separator, tokenColumn, tagColumn }: Of<'tagged'>): string {
  const conllu = format === 'conllu';
  return lines(
    'def read(path):',
    '    """Sentences: their tokens, and their tags."""',
    '    sentences, tokens, tags = [], [], []',
    '    with open(path, encoding="utf-8-sig") as file:',
    '        for line in [*file, ""]:',
    '            if not line.strip():',
    '                if tokens:',
    '                    sentences.append((tokens, tags))',
    '                    tokens, tags = [], []',
    '                continue',
    conllu && '            if line.startswith("#"):',
    conllu && '                continue',
    `            cells = line.rstrip("\\r\\n").split(${separator === 'tab' || conllu ? '"\\t"' : ''})`,
    conllu && '            if not cells[0].isdigit():  # words of several tokens, empty nodes',
    conllu && '                continue',
    `            tokens.append(cells[${tokenColumn - 1}])`,
    `            tags.append(cells[${tagColumn - 1}].strip())`,
    '    return sentences',
  );
}

function numbers(data: Of<'numeric'>): string {
  const { inputs, targets, targetIs, decimal } = data;
  const number = decimal === ',' ? 'float(row[i].replace(",", "."))' : 'float(row[i])';
  const places = (columns: readonly Column[]) => `[${columns.map(place).join(', ')}]`;
  const ofClass = targetIs === 'class';
  return definitions(
    lines(
      'def read(path):',
      `    """Rows of numbers: what is read, and ${ofClass ? 'the class' : 'what is predicted'}."""`,
      opened(data),
      `        inputs, targets = ${places(inputs)}, ${places(targets ?? inputs)}`,
      '        rows = [row for row in rows if row]',
      ofClass
        ? `        return [([${number} for i in inputs], row[targets[0]].strip()) for row in rows]`
        : `        return [([${number} for i in inputs], [${number} for i in targets]) for row in rows]`,
    ),
  );
}
