/** One command's use of the app: opened for it, called through the same contract as everywhere, closed after it. */
import { existsSync } from 'node:fs';
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../api/contract.ts';
import { openApp } from '../../app.ts';
import { forkEngine } from '../../services/engine-channel.ts';
import { workspaceAt } from '../../store/workspace.ts';
import { findLayout } from '../layout.ts';
import { UsageError } from './errors.ts';

/** The app's calls. */
export type Client = ContractRouterClient<Contract>;

export interface SessionOptions {
  readonly workspace: string;
  /** Works while another Unroll has the workspace open; changes nothing. */
  readonly readOnly?: boolean;
}

/** Has anything ever been kept in this folder. */
export function workspaceExists(folder: string): boolean {
  return existsSync(workspaceAt(folder).database);
}

/** @throws WorkspaceError, UsageError when there is nothing to look at, and what `work` throws */
export async function withApp<T>(options: SessionOptions, work: (client: Client) => Promise<T>): Promise<T> {
  if (options.readOnly && !workspaceExists(options.workspace)) {
    throw new UsageError(
      `There is no workspace in ${options.workspace}. "unroll train FILE" makes one; --workspace names another.`,
    );
  }
  const layout = findLayout();
  const app = await openApp({
    workspace: options.workspace,
    readOnly: options.readOnly ?? false,
    resourcesDir: layout.resources,
    pageDir: layout.page,
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
