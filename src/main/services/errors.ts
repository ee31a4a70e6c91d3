/** What a service refuses. The message is for the person: what is wrong, where, and what to do. */
export type ServiceErrorCode = 'BAD_INPUT' | 'NOT_FOUND' | 'CONFLICT';

export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The request itself is wrong, and the person can mend it. */
export const badInput = (message: string, cause?: unknown) => new ServiceError('BAD_INPUT', message, { cause });
/** What it speaks of is not there (any more). */
export const notFound = (message: string) => new ServiceError('NOT_FOUND', message);
/** It cannot be done in this state. */
export const conflict = (message: string, cause?: unknown) => new ServiceError('CONFLICT', message, { cause });

/** @throws ServiceError CONFLICT where the workspace was opened only for reading */
export function requireWriter(store: { readonly readOnly: boolean }): void {
  if (store.readOnly)
    throw conflict('The workspace was opened for reading only: it is in use by another Unroll. Do this there.');
}
