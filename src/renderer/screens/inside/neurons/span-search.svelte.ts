/** The search for places where the same neurons fire as in a span. Make it in a component, and cancel it when that goes. */
import type { NeuronMatch, NeuronMatchesLook } from '../../../../engine/inside/looks/neurons.ts';
import type { Api } from '../../../lib/client.ts';
import { Looking, type Subject } from '../looking.svelte.ts';
import { overlap, type Place } from './places.ts';

/** Enough for hundreds of places, and read in seconds. */
const tokens = 20_000;
const places = 20;
/** The longest that is searched for. */
export const longestSpan = 200;

interface Asked {
  readonly subject: Subject;
  readonly look: NeuronMatchesLook;
  /** Where the span itself stands in the data; null: nowhere. */
  readonly itself: Place | null;
}

export class SpanSearch {
  readonly #looking: Looking<NeuronMatchesLook>;
  #asked = $state.raw<Asked | null>(null);

  constructor(api: Api) {
    this.#looking = new Looking(api);
  }

  get looking(): Looking<NeuronMatchesLook> {
    return this.#looking;
  }
  /** Something was searched for, and that has not been cleared. */
  get any(): boolean {
    return this.#asked !== null;
  }
  /** Steps of a place. */
  get steps(): number {
    return this.#asked?.look.span ?? 0;
  }
  /** What was found, without the span itself. */
  get others(): readonly NeuronMatch[] {
    const itself = this.#asked?.itself ?? null;
    const found = this.#looking.found?.places ?? [];
    return itself ? found.filter((place) => !overlap(place, itself, this.steps)) : found;
  }

  find(subject: Subject, asked: Omit<NeuronMatchesLook, 'picture' | 'tokens' | 'places'>, itself: Place | null): void {
    const look = { picture: 'neuron-matches', ...asked, tokens, places } as const;
    this.#asked = { subject, look, itself };
    this.#looking.look(subject, look);
  }

  retry(): void {
    if (this.#asked) this.#looking.retry(this.#asked.subject, this.#asked.look);
  }

  clear(): void {
    this.#looking.cancel();
    this.#asked = null;
  }
}
