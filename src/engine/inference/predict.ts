/** Using a trained network, whatever its task. */
import { CorpusError } from '../corpus/errors.ts';
import { generateForLabel } from './predict-generation.ts';
import type { Trained } from './predict-model.ts';
import { forecast, predictRows } from './predict-numbers.ts';
import { answerText, classifyText, labelText, rateText, tagText } from './predict-text.ts';
import { translateText } from './predict-translation.ts';
import type { Prediction, PredictionInput } from './prediction.ts';

export type { Trained } from './predict-model.ts';

type InputOf<Kind extends PredictionInput['kind']> = Extract<PredictionInput, { readonly kind: Kind }>;

const described: Readonly<Record<PredictionInput['kind'], string>> = {
  text: 'a text',
  label: 'a label to generate for',
  rows: 'rows of numbers',
};

/**
 * What the network answers.
 * @throws CorpusError for an input that is not what its task reads, or that holds nothing it can read
 * @throws RangeError for options that make no sense
 */
export async function predict(trained: Trained, input: PredictionInput): Promise<Prediction> {
  const { task } = trained.codec.json;
  switch (task) {
    case 'classification':
      return classifyText(trained, given(input, 'text').text);
    case 'multilabel':
      return labelText(trained, given(input, 'text').text);
    case 'binary':
      return answerText(trained, given(input, 'text').text);
    case 'regression':
      return rateText(trained, given(input, 'text').text);
    case 'tagging':
      return tagText(trained, given(input, 'text').text);
    case 'translation': {
      const { text, translate } = given(input, 'text');
      return translateText(trained, text, translate);
    }
    case 'conditional-generation': {
      const { label, generate } = given(input, 'label');
      return generateForLabel(trained, label, generate);
    }
    case 'forecasting':
      return forecast(trained, given(input, 'rows').rows);
    case 'standard':
      return predictRows(trained, given(input, 'rows').rows);
    case 'language-model':
      throw new CorpusError(
        'A language model goes on with a text: generate with it instead of asking for a prediction.',
      );
  }
}

function given<Kind extends PredictionInput['kind']>(input: PredictionInput, kind: Kind): InputOf<Kind> {
  if (input.kind === kind) return input as InputOf<Kind>;
  throw new CorpusError(`This network reads ${described[kind]}, and was given ${described[input.kind]}.`);
}
