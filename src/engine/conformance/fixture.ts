/** The file format of the golden fixtures, "rnn-fixture/1": float64 results of PyTorch (fixtures/README.md beside them). */
import { z } from 'zod';
import { elements } from '../model/buffers.ts';

const tensorSchema = z
  .object({
    dtype: z.enum(['f64', 'i64']),
    shape: z.array(z.int().min(0)),
    data: z.array(z.number()),
  })
  .refine(({ shape, data }) => data.length === elements(shape), 'a tensor has as many numbers as its shape says');
export type FixtureTensor = z.output<typeof tensorSchema>;

const tensorsSchema = z.record(z.string(), tensorSchema);
export type FixtureTensors = z.output<typeof tensorsSchema>;

const fixtureSchema = z.object({
  format: z.literal('rnn-fixture/1'),
  name: z.string(),
  family: z.string(),
  task: z.string(),
  config: z.record(z.string(), z.unknown()),
  inputs: tensorsSchema,
  params: tensorsSchema,
  cotangents: tensorsSchema.default({}),
  outputs: tensorsSchema,
  grads: tensorsSchema.default({}),
  grads_clipped: tensorsSchema.default({}),
  grads_clipped_exact: tensorsSchema.default({}),
  after: z.record(z.string(), tensorsSchema).default({}),
});
export type Fixture = z.output<typeof fixtureSchema>;

/** A file is not a fixture; the message says what is wrong with it. */
export class FixtureError extends Error {
  override readonly name = 'FixtureError';
}

/** @throws FixtureError */
export function parseFixture(json: unknown): Fixture {
  const parsed = fixtureSchema.safeParse(json);
  if (!parsed.success)
    throw new FixtureError(`This is not a fixture of format rnn-fixture/1: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** A task's configuration, checked against what the task needs. @throws FixtureError */
export function parseConfig<S extends z.ZodType>(fixture: Fixture, schema: S): z.output<S> {
  const parsed = schema.safeParse(fixture.config);
  if (!parsed.success)
    throw new FixtureError(`${fixture.name}: its config is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** An input that the task cannot do without. @throws FixtureError */
export function requireTensor(
  fixture: Fixture,
  section: 'inputs' | 'cotangents' | 'params',
  name: string,
): FixtureTensor {
  const tensor = fixture[section][name];
  if (!tensor) throw new FixtureError(`${fixture.name}: ${section} lacks "${name}"`);
  return tensor;
}

/** A tensor of ids, as batches have them. */
export function ids({ data }: FixtureTensor): Int32Array {
  return Int32Array.from(data);
}
