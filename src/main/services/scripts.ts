/** A run as a line for a shell, or as a program: to be run again, elsewhere, or with other tools. */
import { basename, isAbsolute } from 'node:path';
import type { Script, ScriptKind } from '../../api/export.ts';
import type { Corpus } from '../../api/types.ts';
import { trainingScript, type ScriptFiles } from '../../engine/export/pytorch/script/training-script.ts';
import type { RunRecord } from '../store/runs.ts';
import type { Corpora } from './corpora.ts';
import { conflict } from './errors.ts';
import type { Runs } from './runs.ts';
import { shellLine } from './scripts/shell.ts';
import { trainArguments } from './scripts/train-command.ts';
import { fileNameOf } from './written-files.ts';

export class Scripts {
  readonly #runs: Runs;
  readonly #corpora: Corpora;

  constructor(runs: Runs, corpora: Corpora) {
    this.#runs = runs;
    this.#corpora = corpora;
  }

  /** Files stand in it under the names of the run's corpora. @throws ServiceError NOT_FOUND, CONFLICT for curves alone */
  write(runId: string, as: ScriptKind): Script {
    const run = this.#runs.record(runId);
    if (run.imported?.curves) {
      throw conflict(`"${run.name}" is curves that another program recorded: its settings are not known here.`);
    }
    const files = this.#files(run, as);
    if (as === 'cli')
      return { text: shellLine(['unroll', ...trainArguments(run.config, files)]), fileName: 'train.sh' };
    return { text: trainingScript(run.name, run.config, files), fileName: `${fileNameOf(run.name)}.py` };
  }

  /** A command is run on this machine, where files have paths; a program is passed on, and their names are enough. */
  #files({ config, corpusName }: RunRecord, as: ScriptKind): ScriptFiles {
    const corpora = this.#corpora.list();
    const names = new Map(corpora.map((one) => [one.id, as === 'cli' ? pathOf(one) : basename(pathOf(one))]));
    const corpus = corpora.find(({ id }) => id === config.corpus);
    // One that was deleted is called by what it is for.
    const named = (id: string | null, otherwise: string) => (id === null ? null : (names.get(id) ?? otherwise));
    const { data } = config;
    const targets = data.kind === 'pairs' ? data : null;
    return {
      main: names.get(config.corpus) ?? corpusName,
      valid: named(config.validCorpus, 'validation.txt'),
      test: named(config.testCorpus, 'test.txt'),
      target: named(targets?.targetCorpus ?? null, 'targets.txt'),
      validTarget: named(targets?.validTargetCorpus ?? null, 'validation-targets.txt'),
      testTarget: named(targets?.testTargetCorpus ?? null, 'test-targets.txt'),
      vectors: named(config.vectorsCorpus, 'vectors.txt'),
      encoding: corpus ? encodingOf(corpus, as) : null,
    };
  }
}

/** Where it was imported from; its name where that was no file of this machine. */
function pathOf({ source, name }: Corpus): string {
  return isAbsolute(source) || /\.\w+$/.test(source) ? source : name;
}

/** Unroll finds the usual ones out; a program reads UTF-8 unless it is told otherwise. */
function encodingOf({ encoding, encodingFrom }: Corpus, as: ScriptKind): string | null {
  if (as === 'cli') return encodingFrom === 'chosen' ? encoding : null;
  return encoding.toLowerCase() === 'utf-8' ? null : encoding;
}
