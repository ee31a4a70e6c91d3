/** The last thing that happened, for a moment. */

/** Milliseconds that it stays. */
const stay = 4000;

class Notices {
  #text = $state.raw('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  get text(): string {
    return this.#text;
  }

  show(text: string): void {
    this.#text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#text = ''), stay);
  }
}

export const notices = new Notices();
