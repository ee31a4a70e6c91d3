/** A run as a line for a shell, or as a program: to be run again, elsewhere, or with other tools. */
import type { Script, ScriptKind } from '../../api/export.ts';
import { trainingScript, type ScriptFiles } from '../../engine/export/pytorch/script/training-script.ts';
import type { RunRecord } from '../store/runs.ts';
import type { Corpora } from './corpora.ts';
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

  /** Files stand in it under the names of the run's corpora. @throws ServiceError NOT_FOUND */
  write(runId: string, as: ScriptKind): Script {
    const run = this.#runs.record(runId);
    const files = this.#files(run);
    if (as === 'cli')
      return { text: shellLine(['unroll', ...trainArguments(run.config, files)]), fileName: 'train.sh' };
    return { text: trainingScript(run.name, run.config, files), fileName: `${fileNameOf(run.name)}.py` };
  }

  #files({ config, corpusName }: RunRecord): ScriptFiles {
    const names = new Map(this.#corpora.list().map(({ id, name }) => [id, name]));
    // One that was deleted is called by what it is for.
    const named = (id: string | null, otherwise: string) => (id === null ? null : (names.get(id) ?? otherwise));
    const { data } = config;
    const targets = data.kind === 'pairs' ? data : null;
    return {
      main: corpusName,
      valid: named(config.validCorpus, 'validation.txt'),
      test: named(config.testCorpus, 'test.txt'),
      target: named(targets?.targetCorpus ?? null, 'targets.txt'),
      validTarget: named(targets?.validTargetCorpus ?? null, 'validation-targets.txt'),
      testTarget: named(targets?.testTargetCorpus ?? null, 'test-targets.txt'),
      vectors: named(config.vectorsCorpus, 'vectors.txt'),
    };
  }
}
