/** One command's use of the app: opened for it, called through the same contract as everywhere, closed after it. */
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../api/contract.ts';
import { openApp } from '../../app.ts';
import { forkEngine } from '../../services/engine-channel.ts';
import { findLayout } from '../layout.ts';

/** The app's calls. */
export type Client = ContractRouterClient<Contract>;

export interface SessionOptions {
  readonly workspace: string;
  /** Works while another Unroll has the workspace open; changes nothing. */
  readonly readOnly?: boolean;
}

/** @throws WorkspaceError, and what `work` throws */
export async function withApp<T>(options: SessionOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const layout = findLayout();
  const app = await openApp({
    workspace: options.workspace,
    readOnly: options.readOnly ?? false,
    resourcesDir: layout.resources,
    spawnEngine: () => forkEngine(layout.engineProcess),
    host: 'cli',
    capabilities: { filePaths: true, saveDialog: false, nativeMenu: false },
    version: layout.version,
  });
  try {
    return await work(createRouterClient(app.router));
  } finally {
    await app.close();
  }
}
