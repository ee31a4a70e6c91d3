/** The app without a host: a workspace, its services and the router. Electron, serve and the CLI open it and carry it. */
import type { AppInfo } from '../api/types.ts';
import { createRouter, type AppRouter, type Services } from './router.ts';
import { Changes } from './services/changes.ts';
import { RunCheckpoints } from './services/checkpoint-files.ts';
import { Compare } from './services/compare.ts';
import { Corpora } from './services/corpora.ts';
import { CorpusTexts } from './services/corpus-texts.ts';
import { DeviceList } from './services/devices.ts';
import { Downloads } from './services/downloads.ts';
import type { EngineChannel } from './services/engine-channel.ts';
import { EngineProcesses } from './services/engine-processes.ts';
import { ExamplePlans } from './services/example-plans.ts';
import { Export } from './services/export.ts';
import { Generate } from './services/generate.ts';
import { ImportCurves } from './services/import-curves.ts';
import { ImportModel } from './services/import-model.ts';
import { ImportSources } from './services/import-sources.ts';
import { ModelInputs } from './services/model-inputs.ts';
import { Plan } from './services/plan.ts';
import { Runs } from './services/runs.ts';
import { Scripts } from './services/scripts.ts';
import { Share } from './services/share.ts';
import { SpeedEstimates } from './services/speed-estimates.ts';
import { SpeedTests } from './services/speed-tests.ts';
import { DatasetCache } from './services/dataset-cache.ts';
import { FolderCache } from './services/folder-cache.ts';
import { Inside } from './services/inside.ts';
import { Inspections } from './services/inspections.ts';
import { Predict } from './services/predict.ts';
import { TokenCache } from './services/token-cache.ts';
import { Uploads } from './services/uploads.ts';
import { openStore } from './store/store.ts';
import type { Workspace } from './store/workspace.ts';

export interface AppOptions {
  /** Folder of the workspace; made if it is not there (unless reading only). */
  readonly workspace: string;
  /** Folder with `samples/`. */
  readonly resourcesDir: string;
  /** Folder of the built page that a model is exported as: page.js and page.css. */
  readonly pageDir: string;
  /** Starts an engine process; `forkEngine` under Node. */
  readonly spawnEngine: () => EngineChannel;
  /** Opens a hidden window with an engine on the graphics processor, where engine processes cannot have it (Electron). */
  readonly openEngineWindow?: () => EngineChannel;
  readonly host: AppInfo['host'];
  readonly capabilities: AppInfo['capabilities'];
  readonly version: string;
  /** Only look, beside another process that may be writing. */
  readonly readOnly?: boolean;
}

export interface App {
  readonly router: AppRouter;
  readonly services: Services;
  readonly workspace: Workspace;
  /** Where a host puts the bytes a browser sends. */
  readonly uploads: Uploads;
  /** Where a host finds what a browser fetches. */
  readonly downloads: Downloads;
  /** Checkpoints what trains (it becomes interrupted), writes everything, ends the engine processes, frees the workspace. */
  close(): Promise<void>;
}

/** @throws WorkspaceError saying why the workspace cannot be opened */
export async function openApp(options: AppOptions): Promise<App> {
  const { host, capabilities, version: appVersion } = options;
  const store = openStore(options.workspace, { readOnly: options.readOnly ?? false });
  const { workspace } = store;
  const changes = new Changes();
  const engines = new EngineProcesses({ process: options.spawnEngine, window: options.openEngineWindow ?? null });
  const devices = new DeviceList(engines, store.deviceSpeeds);
  const uploads = new Uploads(workspace.uploads);
  const downloads = new Downloads();
  const texts = new CorpusTexts(workspace.corpora);
  const sources = new ImportSources(uploads, options.resourcesDir);
  const folders = new FolderCache(workspace.tokens, uploads);
  const tokens = new TokenCache(folders, texts, engines);
  const datasets = new DatasetCache(folders, texts, engines);
  const checkpoints = new RunCheckpoints(store);
  const corpora = new Corpora({ store, texts, sources, uploads, engines, changes });
  const caches = { folders, tokens, datasets };
  const runs = new Runs({ store, changes, engines, devices, ...caches, checkpoints, corpora, texts, appVersion });
  const speeds = new SpeedEstimates(engines, devices, () => runs.isTraining);
  const services: Services = {
    corpora,
    inspections: new Inspections(corpora, texts, engines),
    runs,
    plan: new Plan(corpora, texts, tokens, speeds, new ExamplePlans(corpora, datasets, speeds)),
    generate: new Generate(runs, checkpoints, devices, engines),
    predict: new Predict(runs, checkpoints, devices, engines),
    modelInputs: new ModelInputs(runs, datasets, checkpoints, texts),
    speedTests: new SpeedTests({ store, changes, engines, devices, isTraining: () => runs.isTraining }),
    export: new Export({ store, runs, checkpoints, engines, uploads, downloads, pageDir: options.pageDir }),
    scripts: new Scripts(runs, corpora),
    share: new Share({ store, runs, checkpoints, corpora, tokens, datasets, uploads, downloads }),
    importCurves: new ImportCurves({ store, runs, engines, uploads, appVersion }),
    importModel: new ImportModel({
      ...{ store, runs, checkpoints, corpora, texts, tokens, datasets, engines, uploads, appVersion },
    }),
    compare: new Compare(store, changes),
    inside: new Inside({ store, runs, checkpoints, devices, engines, tokens, datasets, texts }),
    changes,
    info: async () => ({
      version: appVersion,
      workspace: workspace.root,
      platform: process.platform,
      host,
      capabilities,
      ...(await devices.listOrReason()),
      cores: devices.cores,
    }),
  };
  const shutDown = async () => {
    try {
      await runs.close();
    } finally {
      engines.close();
      changes.close();
      store.close();
    }
  };
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= shutDown());
  if (!store.readOnly) {
    try {
      await uploads.clear();
      await runs.recover();
      await runs.purge();
      await corpora.purge();
    } catch (error) {
      await close();
      throw error;
    }
  }
  return { router: createRouter(services), services, workspace, uploads, downloads, close };
}
