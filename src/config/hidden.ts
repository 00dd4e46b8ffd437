import { inspect } from "node:util";

const DOTS = "••••";

/** A secret that shows dots wherever it is printed. Only `reveal` and `source` give it away, and those can be searched for. */
export class Hidden {
  readonly #value: string;
  readonly #file: string | null;

  constructor(value: string, file: string | null) {
    this.#value = value;
    this.#file = file;
  }

  reveal(): string {
    return this.#value;
  }

  /** For clients that read a file again with each request, so that a rotated secret is used at once. */
  source(): { readonly value: string } | { readonly file: string } {
    return this.#file === null ? { value: this.#value } : { file: this.#file };
  }

  toString(): string {
    return DOTS;
  }

  toJSON(): string {
    return DOTS;
  }

  [inspect.custom](): string {
    return DOTS;
  }
}
