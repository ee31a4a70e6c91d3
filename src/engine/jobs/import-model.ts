/** The job that takes in a model of another program: says what a file holds, and writes it as a checkpoint. */
import type { EngineFiles } from '../files.ts';
import { ModelFileError } from '../import-model/errors.ts';
import {
  checkpointOf,
  openModelFile,
  openSafetensors,
  summaryOf,
  vocabularySizeOf,
  type GivenVocabulary,
  type ModelFile,
} from '../import-model/read-model.ts';
import { learnTokens, printable, readVocabularyFile } from '../import-model/vocabulary.ts';
import type { EngineCommand, JobResult, VocabularyPlace } from '../protocol.ts';
import { checkpointFileName } from '../training/checkpoint-files.ts';
import { encodeCheckpoint } from '../training/checkpoint.ts';

type ImportCommand = Extract<EngineCommand, { type: 'import-model' }>;

/** @throws ModelFileError and its relatives: sentences for people */
export async function importModel(command: ImportCommand, files: EngineFiles): Promise<JobResult> {
  const file = await open(command, files);
  const V = vocabularySizeOf(file);
  const asked = V === null ? null : await readVocabulary(command.vocabulary, V, files);
  const beside = V === null || asked || command.besideVocabulary === null ? null : command.besideVocabulary;
  const found = beside === null ? null : await whereItFits(files, beside, V!);
  const given = asked ?? found;
  const summary = summaryOf(file, given);
  const origin = file.kind === 'network' ? null : file.origin;
  const vocabularyBeside = found !== null;
  if (command.targetDir === null) return { type: 'import-model', summary, origin, vocabularyBeside, path: null };
  const checkpoint = checkpointOf(file, command.answers, given);
  const path = files.join(command.targetDir, checkpointFileName(checkpoint.state.step));
  const sink = await files.create(command.targetDir);
  try {
    await sink.write(encodeCheckpoint(checkpoint));
    await sink.commit(path);
  } finally {
    await sink.abort();
  }
  return { type: 'import-model', summary, origin, vocabularyBeside, path };
}

async function open({ path, besideParameters }: ImportCommand, files: EngineFiles): Promise<ModelFile> {
  const bytes = await files.readFile(path);
  return besideParameters === null
    ? openModelFile(bytes)
    : openSafetensors(bytes, await files.readFile(besideParameters));
}

async function readVocabulary(place: VocabularyPlace | null, V: number, files: EngineFiles): Promise<GivenVocabulary> {
  if (place === null) return null;
  if (place.from === 'printable') {
    if (V !== printable.length)
      throw new ModelFileError(
        `Python's string.printable has ${printable.length} characters, and the model ${V} tokens.`,
      );
    return printable;
  }
  const text = new TextDecoder().decode(await files.readFile(place.path));
  return place.from === 'file' ? readVocabularyFile(text, V) : learnTokens(text, place.way, V);
}

/** What lies beside a model by its name is often of another one, and then is not spoken of. */
async function whereItFits(files: EngineFiles, path: string, V: number): Promise<GivenVocabulary> {
  try {
    return readVocabularyFile(new TextDecoder().decode(await files.readFile(path)), V);
  } catch {
    return null;
  }
}
