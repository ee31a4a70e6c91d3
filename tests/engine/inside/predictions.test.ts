import { describe, expect, it } from 'vitest';
import { Choices } from '../../../src/engine/inside/predictions.ts';
import { expectClose } from '../../compare.ts';

const name = (id: number) => `token ${id}`;

describe('the distributions behind predictions', () => {
  it('have surprisal and entropy in bits, and the most probable first', () => {
    const choices = new Choices(2, 3);
    const probabilities = [0.125, 0.5, 0.25, 0.125];
    const logits = probabilities.map((p) => Math.log(p) + 7);
    choices.add(1, logits, 2);
    const { truth, surprisal, entropy, top, probability, names, k } = choices.found(name);
    expect(k).toBe(3);
    expectClose([surprisal[1], entropy[1]], [2, 1.75], { atol: 1e-6 });
    const places = (from: number) => Array.from(top.subarray(from, from + 3), (place) => names[place]);
    expect(places(3)).toEqual(['token 1', 'token 2', 'token 0']);
    expectClose(probability.subarray(3), [0.5, 0.25, 0.125], { atol: 1e-6 });
    expect(names[truth[1]]).toBe('token 2');
  });

  it('say where nothing was predicted, and where nobody knows what came', () => {
    const choices = new Choices(2, 1);
    choices.add(1, [0, 0], -1);
    const { truth, surprisal, entropy, top } = choices.found(name);
    expect([...truth]).toEqual([-1, -1]);
    expect([...surprisal].every(Number.isNaN)).toBe(true);
    expect(entropy[0]).toBeNaN();
    expect(entropy[1]).toBe(1);
    expect([...top]).toEqual([-1, 0]);
  });

  it('stay finite for logits that are far apart', () => {
    const choices = new Choices(1, 2);
    choices.add(0, [1000, -1000], 1);
    const { surprisal, entropy } = choices.found(name);
    expectClose(surprisal, [2000 / Math.LN2], { rtol: 1e-6 });
    expectClose(entropy, [0], { atol: 1e-6 });
  });
});
