/** Learning how to read and write the texts of a data set, from its training part. */
import { ExampleCodec } from './codec.ts';
import { labelNames } from './label-ids.ts';
import { FormLearner, TextLearner } from './learn-tokens.ts';
import type { TextData } from './part-index.ts';
import type { Preparation } from './prepare.ts';
import { readExamples } from './survey.ts';

/**
 * Without the scale of a rating, which is learned while encoding.
 * @param parts of every good example of the main file; 0 is training
 */
export async function learnCodec(preparation: Preparation, data: TextData, parts: Uint8Array): Promise<ExampleCodec> {
  const { files, request } = preparation;
  const { tokenizer: config, architecture } = request;
  const reading = preparation.reading('Learning tokens');
  const forms = new FormLearner(config);
  const texts = new TextLearner(config);
  const targets = new TextLearner(config);
  let index = 0;
  for await (const rows of readExamples(files, request.train, data, reading)) {
    for (const { example } of rows) {
      if (!example || parts[index++] !== 0) continue;
      if ('tokens' in example) forms.push(example.tokens);
      else if ('text' in example) texts.push(example.text);
      else if ('source' in example) {
        texts.push(example.source);
        targets.push(example.target);
      }
    }
  }
  const tokenizer = data.kind === 'tagged' ? forms.finish() : await texts.finish(reading.signal);
  const target = data.kind === 'pairs' ? await targets.finish(reading.signal) : null;
  const named =
    data.kind === 'tagged' || (data.kind === 'table' && (data.label.is === 'class' || data.label.is === 'labels'));
  const labels = named ? labelNames(preparation) : null;
  return new ExampleCodec({
    ...{ format: 'unroll-codec/1', task: architecture.task, kind: data.kind },
    ...{ tokenizer: tokenizer.toJSON(), targetTokenizer: target && target.toJSON(), labels },
    multilabel: data.kind === 'tagged' && data.tagSeparator !== null,
    ...{ inputColumns: [], targetColumns: [], inputScaler: null, targetScaler: null },
    ...{ window: 1, horizon: 1, forecastAt: 'end', maxLength: data.kind === 'table' ? data.maxLength : null },
  });
}
