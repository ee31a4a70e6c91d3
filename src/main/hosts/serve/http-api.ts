/** The contract of src/api/http.ts over the app's own calls, and its OpenAPI description. */
import { randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { createRouterClient, implement, onError, ORPCError, ValidationError } from '@orpc/server';
import { BodyLimitPlugin } from '@orpc/server/node';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { type Answer, type GenerateCall, httpContract, type Model } from '../../../api/http.ts';
import type { Run } from '../../../api/types.ts';
import { hasPerplexity } from '../../../engine/metrics/figures.ts';
import type { AppRouter } from '../../router.ts';
import { describeIssues } from '../../services/run-check.ts';
import type { Client } from '../cli/app-session.ts';
import { UsageError } from '../cli/errors.ts';
import { findRun } from '../cli/find-run.ts';
import { sendJson } from './responses.ts';

/** Where the interface stands. */
export const apiPath = '/api';

/** Bytes of one request: a million numbers as JSON. */
const mostBytes = 16 * 2 ** 20;

export interface HttpApi {
  /** Answers a request to an address under `apiPath`; false where there is none. */
  answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<boolean>;
}

/**
 * @param router the app's calls
 * @param version of the program
 * @param reportError unexpected errors, which the caller only sees as "internal error"
 */
export function createHttpApi(router: AppRouter, version: string, reportError: (error: unknown) => void): HttpApi {
  const handler = new OpenAPIHandler(createHttpRouter(createRouterClient(router)), {
    interceptors: [onError(reportUnexpected(reportError))],
    plugins: [new BodyLimitPlugin({ maxBodySize: mostBytes })],
  });
  let description: Promise<unknown> | null = null;
  return {
    async answer(request, response, pathname) {
      if (pathname === `${apiPath}/v1/openapi.json` && request.method === 'GET') {
        sendJson(response, await (description ??= describeApi(version)));
        return true;
      }
      const { matched } = await handler.handle(request, response, { prefix: apiPath, context: {} });
      return matched;
    },
  };
}

/** The OpenAPI 3.1 description. */
export async function describeApi(version: string): Promise<unknown> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  return generator.generate(httpContract, {
    info: {
      title: 'Unroll',
      version,
      description: 'Models that were trained in this workspace: text from language models, answers from all others.',
    },
    servers: [{ url: apiPath }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  });
}

function createHttpRouter(app: Client) {
  const os = implement(httpContract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw withStatus(error);
    }
  });
  const findModel = async (name: string): Promise<Run> => {
    const run = await findRun(app, name);
    if (run.checkpointStep !== null) return run;
    throw new ORPCError('CONFLICT', {
      message: `"${run.name}" has no checkpoint yet. One is written at the first evaluation, and when a run is paused or stopped.`,
    });
  };
  const write = (call: GenerateCall, seed: number, id: string, signal: AbortSignal | undefined) => {
    const { prompt, length, temperature, topK, topP } = call;
    return app.runs.generate({ id, options: { prompt, length, temperature, topK, topP, seed } }, { signal });
  };

  return os.router({
    models: os.models.handler(async () => {
      const runs = await app.runs.list();
      return runs
        .filter((run) => run.deletedAt === null && run.checkpointStep !== null)
        .sort((a, b) => b.createdAt - a.createdAt)
        .map(modelOf);
    }),
    model: os.model.handler(async ({ input }) => {
      const run = await findModel(input.model);
      const { labels, inputColumns, targetColumns, window, horizon } = await app.runs.modelInput({ id: run.id });
      return { ...modelOf(run), labels, inputColumns, targetColumns, window, horizon };
    }),
    generate: os.generate.handler(async ({ input, signal }) => {
      const { id } = await findModel(input.model);
      const seed = input.seed ?? randomInt(2 ** 32);
      let text = '';
      let unknown: string[] = [];
      for await (const event of await write(input, seed, id, signal)) {
        if (event.type === 'text') text += event.text;
        if (event.type === 'unknown') unknown = event.characters;
        if (event.type === 'done') return { text, seed, unknown, tokensPerSecond: event.tokensPerSecond };
      }
      throw new Error('The text ended before it was whole.');
    }),
    stream: os.stream.handler(async function* ({ input, signal }) {
      const { id } = await findModel(input.model);
      const seed = input.seed ?? randomInt(2 ** 32);
      yield { type: 'seed' as const, seed };
      yield* await write(input, seed, id, signal);
    }),
    predict: os.predict.handler(async ({ input, signal }) => {
      const { id } = await findModel(input.model);
      const prediction = await app.runs.predict({ id, input: input.input }, { signal });
      return prediction as Answer;
    }),
  });
}

function modelOf(run: Run): Model {
  const { id, name, parameters, vocabularySize, step, corpusName } = run;
  const { task } = run.config.architecture;
  const loss = run.bestLoss ?? run.validLoss;
  const perplexity = loss !== null && hasPerplexity(task) ? Math.exp(loss) : null;
  const figures = run.bestFigures ?? run.validFigures ?? {};
  return {
    id,
    name,
    task,
    parameters,
    vocabulary: vocabularySize,
    step,
    loss,
    perplexity,
    figures,
    corpus: corpusName,
  };
}

const statuses: Readonly<Record<string, number>> = { BAD_INPUT: 400, NOT_FOUND: 404, CONFLICT: 409 };

/** A refusal of the app, or of the contract's schemas, as an error that the contract declares. */
function withStatus(error: unknown): unknown {
  const refusal = (code: string, message: string) => new ORPCError(code, { status: statuses[code], message });
  if (error instanceof UsageError) return refusal('NOT_FOUND', error.message);
  if (!(error instanceof ORPCError)) return error;
  if (error.code in statuses) return refusal(error.code, error.message);
  if (error.code !== 'BAD_REQUEST' || !(error.cause instanceof ValidationError)) return error;
  return refusal('BAD_INPUT', describeIssues(error.cause.issues as Parameters<typeof describeIssues>[0]));
}

/** What the caller is told in full is no news for the terminal. */
function reportUnexpected(report: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ORPCError) || error.status >= 500) report(error);
  };
}
