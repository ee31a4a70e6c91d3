/** Where things are in a workspace: one folder that can be moved, copied and backed up as a whole. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WorkspaceError } from './errors.ts';

export interface Workspace {
  readonly root: string;
  readonly database: string;
  readonly lock: string;
  /** `<sha256>.txt`: imported texts by their content. */
  readonly corpora: string;
  /** `<key>/`: tokenised texts, a cache that can be made again. */
  readonly tokens: string;
  /** `<run id>/`: checkpoints. */
  readonly runs: string;
  /** What is on its way in or out; emptied when a writer opens the workspace. */
  readonly uploads: string;
}

export function workspaceAt(folder: string): Workspace {
  const root = resolve(folder);
  return {
    root,
    database: join(root, 'workspace.db'),
    lock: join(root, 'workspace.lock'),
    corpora: join(root, 'corpora'),
    tokens: join(root, 'tokens'),
    runs: join(root, 'runs'),
    uploads: join(root, 'uploads'),
  };
}

/** Makes the folders that are not there. @throws WorkspaceError if the file system refuses */
export function createFolders(workspace: Workspace): void {
  try {
    for (const folder of [workspace.root, workspace.corpora, workspace.tokens, workspace.runs, workspace.uploads]) {
      mkdirSync(folder, { recursive: true });
    }
  } catch (error) {
    throw new WorkspaceError(
      'unusable',
      `The workspace ${workspace.root} cannot be used: ${(error as Error).message}. Choose a folder that you may write to.`,
      { cause: error },
    );
  }
}
