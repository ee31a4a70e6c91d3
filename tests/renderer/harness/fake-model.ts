/** What the fake host finds in a model file, by its name: a name with "ask" in it leaves everything to be asked. */
import type { FoundModel, ModelLookRequest } from '../../../src/api/import-model.ts';

export function fakeModel({ source, vocabulary }: ModelLookRequest): FoundModel {
  const fileName = source.type === 'upload' ? source.name : source.path.split('/').at(-1)!;
  const isUnclear = fileName.includes('ask');
  const isOwn = fileName.includes('unroll');
  const needsVocabulary = isUnclear && !vocabulary;
  return {
    ...{ kind: isOwn ? 'checkpoint' : 'network', writtenBy: isOwn ? 'Unroll' : isUnclear ? 'PyTorch' : 'Keras' },
    ...{ cell: isUnclear ? 'rnn' : 'lstm', layers: 2, hidden: 200, embedding: 200, bidirectional: false, tie: true },
    ...{ inputs: 33_278, outputs: 33_278, parameters: 7_331_678, step: isOwn ? 12_400 : 0 },
    tasks: isOwn ? ['language-model'] : ['language-model', 'classification', 'tagging'],
    asks: { activation: isUnclear, gateOrder: isUnclear, vocabulary: needsVocabulary, labels: !isOwn },
    firstTokens: needsVocabulary
      ? null
      : ['=', 'Valkyria', 'Chronicles', 'III', '\\n', 'Senjō', 'no', '<unk>', '3', ':'],
    fileName,
    vocabularyBeside: !isUnclear && !isOwn ? 'vocab.json' : null,
  };
}
