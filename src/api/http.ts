/**
 * The models of a workspace over HTTP (`unroll serve --api`): what other programs may ask, as an OpenAPI contract. Smaller than the
 * app's own contract, and stable: paths begin with the version.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { tasks } from '../engine/model/spec.ts';
import { figuresSchema, predictionInputSchema } from './types.ts';

const base = oc.errors({
  BAD_INPUT: { status: 400, message: 'The request is not valid.' },
  NOT_FOUND: { status: 404, message: 'There is no such model.' },
  CONFLICT: { status: 409, message: 'It cannot be done in this state.' },
});

const modelName = z
  .string()
  .min(1)
  .max(300)
  .describe('Id of the run, the beginning of it, its name, or "latest" for the newest.');

export const modelSchema = z.object({
  id: z.string(),
  name: z.string(),
  task: z.enum(tasks),
  parameters: z.number().nullable().describe('Trained numbers of the network.'),
  vocabulary: z.number().nullable().describe('Different tokens; null where the input is numbers.'),
  step: z.number().describe('Training steps made.'),
  loss: z.number().nullable().describe("Mean of the task's loss on validation data, at the best evaluation."),
  perplexity: z
    .number()
    .nullable()
    .describe('exp(loss); null where the loss is not that of a distribution over tokens.'),
  figures: figuresSchema.describe('Other scores at the best evaluation, such as accuracy (0 … 1).'),
  corpus: z.string().describe('Name of the data it was trained on.'),
});
export type Model = z.output<typeof modelSchema>;

const modelDetailSchema = modelSchema.extend({
  labels: z.array(z.string()).nullable().describe('Classes, tags or labels; null where there are none.'),
  inputColumns: z.array(z.string()).describe('Numeric columns that a row gives, in this order.'),
  targetColumns: z.array(z.string()).describe('Numeric columns that it answers.'),
  window: z.number().describe('Rows that a forecast is made from.'),
  horizon: z.number().describe('Rows that it is of.'),
});

const generateSchema = z.object({
  model: modelName,
  prompt: z.string().max(100_000).default('').describe('Text to go on from.'),
  length: z.int().min(1).max(100_000).default(500).describe('Tokens to write.'),
  temperature: z
    .number()
    .min(0)
    .max(100)
    .default(0.8)
    .describe('0 takes the likeliest token, 1 draws from the learned distribution.'),
  topK: z.int().min(1).nullable().default(null).describe('Choose among the k likeliest tokens only.'),
  topP: z.number().gt(0).max(1).nullable().default(null).describe('Choose among the likeliest that make up p.'),
  seed: z.int().min(0).max(4294967295).optional().describe('The same seed writes the same text; drawn when left out.'),
});
export type GenerateCall = z.output<typeof generateSchema>;

const generatedSchema = z.object({
  text: z.string(),
  seed: z.number(),
  unknown: z.array(z.string()).describe('Characters or words of the prompt that the vocabulary lacks.'),
  tokensPerSecond: z.number(),
});

const streamedSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('seed'), seed: z.number() }),
  z.object({ type: z.literal('unknown'), characters: z.array(z.string()) }),
  z.object({ type: z.literal('text'), text: z.string(), count: z.number().describe('Tokens so far.') }),
  z.object({ type: z.literal('done'), tokensPerSecond: z.number() }),
]);

const probabilities = z.array(z.object({ label: z.string(), probability: z.number() }));
const read = z.object({ tokens: z.array(z.string()), unknown: z.array(z.string()), truncated: z.boolean() });
const answer = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.object({ kind: z.literal(kind), ...shape });

/** `Prediction` of engine/inference/prediction.ts, for the description of the interface. */
export const answerSchema = z.discriminatedUnion('kind', [
  answer('class', { read, classes: probabilities }),
  answer('labels', {
    read,
    labels: z.array(z.object({ label: z.string(), probability: z.number(), chosen: z.boolean() })),
  }),
  answer('yes-or-no', { read, probability: z.number().describe('Of yes.'), yes: z.boolean() }),
  answer('value', { read, value: z.number() }),
  answer('tags', {
    tokens: z.array(z.object({ token: z.string(), known: z.boolean(), tags: z.array(z.string()), probabilities })),
  }),
  answer('translations', {
    read,
    translations: z.array(
      z.object({
        text: z.string(),
        tokens: z.array(z.string()),
        logProbability: z.number().describe('Natural logarithm.'),
        score: z.number(),
        finished: z.boolean(),
        attention: z.array(z.array(z.number())).nullable().describe('[tokens][read.tokens]; rows sum to 1.'),
      }),
    ),
  }),
  answer('generated', {
    label: z.string(),
    samples: z.array(z.object({ text: z.string(), finished: z.boolean() })),
  }),
  answer('forecast', { columns: z.array(z.string()), steps: z.array(z.array(z.number())) }),
  answer('row-classes', { rows: z.array(probabilities) }),
  answer('row-values', { columns: z.array(z.string()), rows: z.array(z.array(z.number())) }),
]);

export type Answer = z.output<typeof answerSchema>;

export const httpContract = {
  models: base
    .route({ method: 'GET', path: '/v1/models', summary: 'Trained models of the workspace, newest first' })
    .output(z.array(modelSchema)),
  model: base
    .route({ method: 'GET', path: '/v1/models/{model}', summary: 'One model, and what it reads and answers' })
    .input(z.object({ model: modelName }))
    .output(modelDetailSchema),
  generate: base
    .route({
      method: 'POST',
      path: '/v1/models/{model}/generate',
      summary: 'Text from a language model, when it is whole',
    })
    .input(generateSchema)
    .output(generatedSchema),
  stream: base
    .route({
      method: 'POST',
      path: '/v1/models/{model}/generate/stream',
      summary: 'Text from a language model as it is written, as server-sent events; hanging up stops it',
    })
    .input(generateSchema)
    .output(eventIterator(streamedSchema)),
  predict: base
    .route({
      method: 'POST',
      path: '/v1/models/{model}/predict',
      summary: 'What a model answers: classes, tags, translations, values, forecasts, texts of a label',
    })
    .input(z.object({ model: modelName, input: predictionInputSchema }))
    .output(answerSchema),
};
