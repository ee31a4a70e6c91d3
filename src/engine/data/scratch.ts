/** Arrays that are used again for every batch. */
export class Scratch {
  readonly #ints = new Map<string, Int32Array>();
  readonly #numbers = new Map<string, Float64Array>();

  /** `length` integers, whatever stood in them; the same memory for the same name. */
  ints(name: string, length: number): Int32Array {
    let array = this.#ints.get(name);
    if (!array || array.length < length) this.#ints.set(name, (array = new Int32Array(length)));
    return array.subarray(0, length);
  }

  /** The same of numbers. */
  numbers(name: string, length: number): Float64Array {
    let array = this.#numbers.get(name);
    if (!array || array.length < length) this.#numbers.set(name, (array = new Float64Array(length)));
    return array.subarray(0, length);
  }
}
