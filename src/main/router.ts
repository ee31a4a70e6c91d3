/** The contract of src/api, carried out by the services. Handlers only pass on; errors become the declared ones here. */
import { AsyncIteratorClass, implement, ORPCError, ValidationError } from '@orpc/server';
import { contract } from '../api/contract.ts';
import type { AppInfo } from '../api/types.ts';
import type { Changes } from './services/changes.ts';
import type { Compare } from './services/compare.ts';
import type { Corpora } from './services/corpora.ts';
import { ServiceError } from './services/errors.ts';
import type { Export } from './services/export.ts';
import type { Generate } from './services/generate.ts';
import type { ImportCurves } from './services/import-curves.ts';
import type { ImportModel } from './services/import-model.ts';
import type { Inside } from './services/inside.ts';
import type { Inspections } from './services/inspections.ts';
import type { ModelInputs } from './services/model-inputs.ts';
import type { Plan } from './services/plan.ts';
import type { Predict } from './services/predict.ts';
import { describeIssues } from './services/run-check.ts';
import type { Runs } from './services/runs.ts';
import type { Scripts } from './services/scripts.ts';
import type { Share } from './services/share.ts';
import type { SpeedTests } from './services/speed-tests.ts';
import { WorkspaceError } from './store/errors.ts';

export interface Services {
  readonly corpora: Corpora;
  readonly inspections: Inspections;
  readonly runs: Runs;
  readonly plan: Plan;
  readonly generate: Generate;
  readonly predict: Predict;
  readonly modelInputs: ModelInputs;
  readonly export: Export;
  readonly scripts: Scripts;
  readonly share: Share;
  readonly importCurves: ImportCurves;
  readonly importModel: ImportModel;
  readonly compare: Compare;
  readonly inside: Inside;
  readonly speedTests: SpeedTests;
  readonly changes: Changes;
  info(): Promise<AppInfo>;
}

export function createRouter(services: Services) {
  const { corpora, inspections, runs, plan, generate, predict, modelInputs, changes } = services;
  const os = implement(contract).use(async ({ next }) => {
    try {
      const result = await next();
      return isAsyncIterator(result.output) ? { ...result, output: declareStreamErrors(result.output) } : result;
    } catch (error) {
      throw declared(error);
    }
  });
  return os.router({
    app: {
      info: os.app.info.handler(() => services.info()),
      save: os.app.save.handler(({ input }) => services.export.file(input.path, input.content)),
      watch: os.app.watch.handler(({ signal }) => changes.watch(signal)),
    },
    devices: {
      measure: os.devices.measure.handler(({ input, signal }) => services.speedTests.start(input.device, signal)),
    },
    corpora: {
      list: os.corpora.list.handler(() => corpora.list()),
      preview: os.corpora.preview.handler(({ input: { source, encoding, classes }, signal }) =>
        corpora.preview(source, encoding, { classes, signal }),
      ),
      import: os.corpora.import.handler(({ input, signal }) => corpora.import(input, signal)),
      text: os.corpora.text.handler(({ input }) => corpora.text(input.id, input.offset, input.length)),
      inspect: os.corpora.inspect.handler(({ input, signal }) => inspections.inspect(input, signal)),
      rename: os.corpora.rename.handler(({ input }) => corpora.rename(input.id, input.name)),
      remove: os.corpora.remove.handler(({ input }) => corpora.remove(input.ids)),
      restore: os.corpora.restore.handler(({ input }) => corpora.restore(input.ids)),
    },
    runs: {
      list: os.runs.list.handler(() => runs.list()),
      get: os.runs.get.handler(({ input }) => runs.get(input.id)),
      create: os.runs.create.handler(({ input }) => runs.create(input)),
      pause: os.runs.pause.handler(({ input }) => runs.pause(input.id)),
      resume: os.runs.resume.handler(({ input }) => runs.resume(input.id, input.device)),
      stop: os.runs.stop.handler(({ input }) => runs.stop(input.id)),
      update: os.runs.update.handler(({ input }) => runs.update(input.id, input)),
      archive: os.runs.archive.handler(({ input }) => runs.archive(input.ids, input.archived)),
      remove: os.runs.remove.handler(({ input }) => runs.remove(input.ids)),
      restore: os.runs.restore.handler(({ input }) => runs.restore(input.ids)),
      plan: os.runs.plan.handler(({ input }) => plan.plan(input)),
      generate: os.runs.generate.handler(({ input, signal }) => generate.start(input.id, input.options, signal)),
      predict: os.runs.predict.handler(({ input, signal }) => predict.predict(input.id, input.input, signal)),
      modelInput: os.runs.modelInput.handler(({ input }) => modelInputs.of(input.id)),
      export: os.runs.export.handler(({ input, signal }) => services.export.export(input, signal)),
      script: os.runs.script.handler(({ input }) => services.scripts.write(input.id, input.as)),
    },
    share: {
      write: os.share.write.handler(({ input }) => services.share.write(input.id, input.path)),
      open: os.share.open.handler(({ input }) => services.share.open(input.source)),
    },
    importCurves: {
      look: os.importCurves.look.handler(({ input, signal }) => services.importCurves.look(input.source, signal)),
      take: os.importCurves.take.handler(({ input, signal }) => services.importCurves.take(input, signal)),
    },
    importModel: {
      look: os.importModel.look.handler(({ input, signal }) => services.importModel.look(input, signal)),
      take: os.importModel.take.handler(({ input, signal }) => services.importModel.take(input, signal)),
    },
    compare: {
      curves: os.compare.curves.handler(({ input }) => services.compare.curves(input)),
      views: os.compare.views.handler(() => services.compare.views()),
      saveView: os.compare.saveView.handler(({ input }) => services.compare.saveView(input)),
      removeView: os.compare.removeView.handler(({ input }) => services.compare.removeView(input.id)),
    },
    inside: {
      live: os.inside.live.handler(({ input }) => services.inside.live(input.id)),
      look: os.inside.look.handler(({ input, signal }) => services.inside.look(input, signal)),
    },
  });
}

export type AppRouter = ReturnType<typeof createRouter>;

/** A service's refusal, or input that the contract's schemas refuse, as an error that the contract declares. */
function declared(error: unknown): unknown {
  if (error instanceof ServiceError) {
    return new ORPCError(error.code, { message: error.message, cause: error });
  }
  if (error instanceof WorkspaceError) return new ORPCError('CONFLICT', { message: error.message, cause: error });
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
    const issues = error.cause.issues as Parameters<typeof describeIssues>[0];
    return new ORPCError('BAD_INPUT', { message: describeIssues(issues), cause: error });
  }
  return error;
}

function declareStreamErrors<T>(stream: AsyncIterator<T>): AsyncIteratorClass<T, unknown, unknown> {
  return new AsyncIteratorClass<T, unknown, unknown>(
    async () => {
      try {
        return await stream.next();
      } catch (error) {
        throw declared(error);
      }
    },
    async (reason) => {
      if (reason !== 'next') await stream.return?.();
    },
  );
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}
