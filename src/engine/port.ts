/**
 * An engine in another world that shares nothing but a message port with the one where the files are (Electron's hidden window): its
 * commands and events, and the files it asks for. Pure module: types only.
 */
import type { EngineCommand, EngineEvent } from './protocol.ts';

/** Operations of EngineFiles, each answered with what stands beside it. Sinks are known by the number that `create` answers. */
export type FileRequest =
  | { readonly op: 'size'; readonly path: string } // number
  | { readonly op: 'read'; readonly path: string; readonly start: number; readonly end: number } // Uint8Array, shorter at the end
  | { readonly op: 'list'; readonly directory: string } // string[]
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'create'; readonly directory: string } // number
  | { readonly op: 'write'; readonly sink: number; readonly bytes: Uint8Array }
  | { readonly op: 'commit'; readonly sink: number; readonly path: string }
  | { readonly op: 'abort'; readonly sink: number };

export type FileAnswer = number | string | string[] | Uint8Array | null;

export type FromEngine =
  | { readonly kind: 'event'; readonly event: EngineEvent }
  | { readonly kind: 'file'; readonly id: number; readonly request: FileRequest };

export type ToEngine =
  | { readonly kind: 'command'; readonly command: EngineCommand }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: FileAnswer }
  /** `code` is what the operating system said (ENOSPC), where it said something. */
  | { readonly kind: 'refused'; readonly id: number; readonly message: string; readonly code: string | null };
