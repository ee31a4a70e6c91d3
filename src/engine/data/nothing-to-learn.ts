/** Data whose answers are all alike: any network is right about them, and none learns anything. */
import { CorpusError } from '../corpus/errors.ts';
import type { Architecture } from '../model/spec-fields.ts';
import type { ExampleData } from './config.ts';
import { quoted } from './rows.ts';
import { hasClasses, type Survey } from './survey.ts';

interface Request {
  readonly data: ExampleData;
  readonly architecture: Pick<Architecture, 'task'>;
}

/**
 * @param found in the file that is trained on
 * @param lonely indices of its labels that are left out
 * @throws CorpusError when its examples have one label only, or none at all
 */
export function refuseNothingToLearn(
  found: Survey,
  { data, architecture }: Request,
  lonely: ReadonlySet<number>,
): void {
  const labels = found.labels.filter((_, index) => !lonely.has(index)).map(({ label }) => label);
  const several =
    (data.kind === 'table' && data.label.is === 'labels') || (data.kind === 'tagged' && data.tagSeparator !== null);
  if (several) {
    if (labels.length === 0) throw new CorpusError('No example has a label: is this the right column?');
    return;
  }
  if (data.kind === 'table' && data.label.is === 'binary') return refuseOneAnswer(found, labels, data.label.positive);
  // Texts of one kind can be learned to write, but not told from others.
  if (!(hasClasses(data) || data.kind === 'tagged') || architecture.task === 'conditional-generation') return;
  if (labels.length > 1) return;
  const what = data.kind === 'tagged' ? 'Every token has the tag' : 'Every example has the label';
  throw new CorpusError(
    labels.length === 0
      ? 'Every label is seen only once, so no example is left to learn from: is this the right column?'
      : `${what} ${quoted(labels[0]!)}, so there is nothing to tell apart: is this the right column?`,
  );
}

/** Labels that mean yes and no: both have to be there. */
function refuseOneAnswer({ labelOf }: Survey, labels: readonly string[], positive: string | null): void {
  if (new Set(labelOf).size > 1) return;
  const isYes = labelOf[0] === 1;
  const advice =
    !isYes && positive !== null
      ? `No label is ${quoted(positive)}; there are ${labels.slice(0, 10).map(quoted).join(', ')}.`
      : 'Is this the right column?';
  throw new CorpusError(`Every example is a ${isYes ? 'yes' : 'no'}, so there is nothing to tell apart. ${advice}`);
}
