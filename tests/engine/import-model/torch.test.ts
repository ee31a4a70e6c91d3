import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersSchema } from '../../../src/engine/import-model/answers.ts';
import { placeTokens } from '../../../src/engine/import-model/place-tokens.ts';
import { checkpointOf, openModelFile, summaryOf } from '../../../src/engine/import-model/read-model.ts';
import { expectClose } from '../../compare.ts';
import { askPython, python } from '../../python.ts';
import { outputsOf } from './use.ts';

interface Written {
  readonly ids: number[];
  readonly logits: number[][];
  readonly tokens?: string[];
}

const folder = mkdtempSync(join(tmpdir(), 'unroll-torch-'));
let written: Record<string, Written>;

const noAnswers = answersSchema.parse({});
const letters = [...'abcdefghij\n'];
const words = ['the', '<unk>', 'of', '<eos>', 'and', 'a', 'in', 'to', 'was', "don't", '@-@'];

const read = (name: string) => openModelFile(readFileSync(join(folder, name)));

describe.skipIf(!python('torch'))('models that PyTorch saved', () => {
  beforeAll(() => {
    written = askPython('torch', join(import.meta.dirname, 'torch_models.py'), folder) as Record<string, Written>;
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Logits of the file's tokens, in the file's order. */
  async function logitsOf(name: string, tokens: readonly string[], answers = noAnswers) {
    const checkpoint = checkpointOf(await read(name), answers, tokens);
    const { order } = placeTokens(tokens);
    const ours = tokens.map((_, id) => order.indexOf(id));
    const logits = await outputsOf(
      checkpoint,
      written[name]!.ids.map((id) => ours[id]!),
    );
    return { checkpoint, logits: logits.map((row) => ours.map((id) => row[id]!)), whole: logits };
  }

  const agree = (got: number[][], want: number[][]) => {
    expect(got.length).toBe(want.length);
    expectClose(got.flat(), want.flat(), { atol: 1e-5, rtol: 1e-5 });
  };

  it.each(
    ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'].flatMap((kind) =>
      ['whole', 'legacy', 'state'].map((how) => [kind, how] as const),
    ),
  )('word_language_model, %s, %s', async (kind, how) => {
    const name = `wlm-${kind}-${how}.pt`;
    const file = await read(name);
    const asks = summaryOf(file, words).asks;
    // A state dict does not say which function a vanilla RNN has.
    expect(asks.activation).toBe(how === 'state' && kind.startsWith('RNN'));
    const answers = { ...noAnswers, activation: kind === 'RNN_RELU' ? ('relu' as const) : null };
    const { checkpoint, logits } = await logitsOf(name, words, how === 'state' ? answers : noAnswers);
    agree(logits, written[name]!.logits);
    expect(checkpoint.state.config.architecture).toMatchObject({
      ...{ cell: kind.startsWith('RNN') ? 'rnn' : kind.toLowerCase(), layers: 2, hidden: 8, embedding: 6 },
      dropout: how === 'state' ? 0 : 0.2,
    });
    expect(checkpoint.state.tokenizer).toMatchObject({ kind: 'word', prepared: true });
  });

  it.each(['wlm-tied.pt', 'wlm-tied-state.pt'])('tied weights are one matrix: %s', async (name) => {
    const { checkpoint, logits } = await logitsOf(name, words);
    agree(logits, written[name]!.logits);
    expect(checkpoint.state.config.architecture.tie).toBe(true);
    expect([...checkpoint.tensors.keys()]).not.toContain('out.weight');
  });

  it.each(['half.pth', 'parallel.tar', 'spro-gru.pt', 'spro-lstm.pt', 'cells.pt', 'maps.pt', 'torch-rnn.pt'])(
    '%s',
    async (name) => {
      const { checkpoint, logits, whole } = await logitsOf(name, letters);
      agree(logits, written[name]!.logits);
      // A vocabulary without an unknown token is given one that is as good as never chosen.
      for (const row of whole) {
        const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
        expect(Math.exp(row[0]!) / total).toBeLessThan(1e-8);
      }
      expect(checkpoint.state.tokenizer).toMatchObject({ kind: 'char', tokens: letters });
    },
  );

  it('a vocabulary in the checkpoint is found', async () => {
    const file = await read('onehot.net');
    expect(summaryOf(file, null)).toMatchObject({ firstTokens: [...'abcdefghij', '\\n'], asks: { vocabulary: false } });
    const checkpoint = checkpointOf(file, noAnswers, null);
    const { logits } = await logitsOf('onehot.net', letters);
    agree(logits, written['onehot.net']!.logits);
    expect(checkpoint.state.config.architecture).toMatchObject({ embedding: 0, cell: 'lstm', layers: 2 });
  });

  it('the other gate order is another network', async () => {
    const other = await logitsOf('maps.pt', letters, { ...noAnswers, gateOrder: 'ifgo' });
    const difference = other.logits[8]!.map((value, i) => Math.abs(value - written['maps.pt']!.logits[8]![i]!));
    expect(Math.max(...difference)).toBeGreaterThan(1e-3);
  });

  it('a classifier that reads both ways', async () => {
    const file = await read('classifier.pt');
    expect(summaryOf(file, letters).tasks).toContain('classification');
    const answers = { ...noAnswers, task: 'classification' as const, labels: ['bad', 'fine', 'good'] };
    const checkpoint = checkpointOf(file, answers, letters);
    const { ids, logits } = written['classifier.pt']!;
    agree(
      await outputsOf(
        checkpoint,
        ids.map((id) => id + 1),
      ),
      logits,
    );
    expect(checkpoint.state.codec!.labels).toEqual(['bad', 'fine', 'good']);
    expect(() => checkpointOf(file, { ...answers, labels: ['one'] }, letters)).toThrow(
      'There are 1 names of classes, and the network has 3 outputs.',
    );
  });

  it.each([
    ['evil.pt', /asks Python for "io.open"|asks Python for "_io.open"/],
    ['evil-legacy.pt', /asks Python for "(_?io|builtins|__builtin__)\.open"/],
    ['plain.pkl', /Python pickle, but none of torch.save/],
    ['mlp.pt', /no recurrent layers in the file. It has 4 tensors, among them "0.weight" \[4, 3\]/],
    ['linear.pt', /no recurrent layers/],
    ['extra.pt', /"more.weight" \[5, 8\]|"decoder.weight"/],
    ['expanded.pt', /no tensors by name/],
  ])('refuses %s', async (name, message) => {
    const opened = read(name).then((file) => checkpointOf(file, noAnswers, words));
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toMatchObject({ name: 'ModelFileError' });
    expect(existsSync(join(folder, 'was-run'))).toBe(false);
  });

  it('a vocabulary of another size, or none', async () => {
    const file = await read('spro-gru.pt');
    expect(summaryOf(file, null).asks.vocabulary).toBe(true);
    expect(() => checkpointOf(file, noAnswers, null)).toThrow(/which tokens its 11 rows stand for/);
  });
});
