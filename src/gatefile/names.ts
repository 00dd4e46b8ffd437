import { listOf, name, type Read, sentence } from "./leaf.ts";
import { shaped } from "./read.ts";
import type { Span } from "./source.ts";

/** A value with where it stands, for what is compared with other files. */
export type Placed<T> = { readonly value: T; readonly at: Span };

/** The same value, with where it stands. */
export function placed<T>(read: Read<T>): Read<Placed<T>> {
  return shaped(read.json ?? {}, (value, complain) => {
    const made = read(value, complain);
    return made === undefined ? undefined : { value: made, at: value.at };
  });
}

/** A list in which nothing stands twice. */
function distinct(item: Read<string>, expected: string): Read<readonly Placed<string>[]> {
  const list = listOf(placed(item), expected);
  return shaped({ ...list.json, uniqueItems: true }, (value, complain) =>
    list(value, complain)?.filter(({ value: each, at }, index, all) => {
      if (all.findIndex((other) => other.value === each) === index) return true;
      complain({
        code: "R108",
        at,
        message: `\`${each}\` stands in this list twice`,
        suggestion: "remove it",
      });
      return false;
    }),
  );
}

export const nameList = distinct(name, "a list of names");
export const textList = distinct(sentence, "a list of texts");

/** A text, or a list of them. */
export const textOrList: Read<readonly string[]> = shaped(
  { anyOf: [sentence.json ?? {}, textList.json ?? {}] },
  (value, complain) => {
    if (value.kind === "list") return textList(value, complain)?.map((each) => each.value);
    const one = sentence(value, complain);
    return one === undefined ? undefined : [one];
  },
);
