/** What the page and its engine say to each other. */
import type { PredictionRequest } from '../api/types.ts';
import type { PageModel } from '../engine/export/html/page-model.ts';
import type { Prediction } from '../engine/inference/prediction.ts';
import type { GenerateOptions } from '../engine/protocol.ts';

export type Request =
  /** The first one. */
  | { readonly type: 'open'; readonly page: PageModel; readonly weights: Uint8Array<ArrayBuffer> }
  | { readonly type: 'predict'; readonly id: number; readonly input: PredictionRequest }
  | { readonly type: 'generate'; readonly id: number; readonly options: GenerateOptions }
  /** Ends a text; what it has written so far is told. */
  | { readonly type: 'stop'; readonly id: number };

export type Reply =
  | { readonly type: 'prediction'; readonly id: number; readonly prediction: Prediction }
  /** What the vocabulary lacks of a prompt. */
  | { readonly type: 'unknown'; readonly id: number; readonly characters: string[] }
  | { readonly type: 'text'; readonly id: number; readonly text: string; readonly count: number }
  | { readonly type: 'done'; readonly id: number; readonly tokensPerSecond: number }
  /** With a sentence for the person. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
