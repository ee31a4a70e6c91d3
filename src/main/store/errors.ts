/** Why a workspace cannot be opened. The message is for people: what is wrong, where, and what to do. */
export type WorkspaceProblem = 'in-use' | 'newer' | 'older' | 'foreign' | 'damaged' | 'unusable';

export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
  readonly problem: WorkspaceProblem;

  constructor(problem: WorkspaceProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
