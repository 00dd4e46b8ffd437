/** Lets what concerns one gate happen one at a time, in the order it was asked for. Other gates do not wait. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(gate: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(gate) ?? Promise.resolve();
    const own = before.then(work, work);
    const settled = own.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(gate, settled);
    try {
      return await own;
    } finally {
      if (this.#last.get(gate) === settled) this.#last.delete(gate);
    }
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
