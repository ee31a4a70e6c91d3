/**
 * The architecture of a network: plain data, validated, from which everything else follows (parameters, memory, drawing,
 * export). Pure module: the renderer imports it.
 */
import { architectureFields } from './spec-fields.ts';
import { objections } from './spec-objections.ts';

export * from './spec-fields.ts';

/** Refuses what makes no sense, with the reason. */
export const architectureSchema = architectureFields.superRefine((architecture, context) => {
  for (const { path, message } of objections(architecture)) context.addIssue({ code: 'custom', path: [path], message });
});

/** The fields that have a default, at their defaults. */
export const architectureDefaults = architectureFields
  .omit({ task: true, cell: true, layers: true, hidden: true, embedding: true, dropout: true, tie: true })
  .parse({});
