/** What of a signal is asked for: its value, or one of the counts that it is made of. */
export type Part = "value" | "bad" | "total";

/** A value is scraped as it is; counts are recorded by rules. */
const SUFFIX = { value: "_ratio", bad: ":bad", total: ":total" } as const satisfies Record<Part, string>;

export type Question = { readonly gate: string; readonly signal: string; readonly part: Part };

export function queryOf({ gate, signal, part }: Question): string {
  return `${signal}${SUFFIX[part]}{gate="${gate}"}`;
}

/** The question behind a query of the simulation; null for another text. */
export function questionIn(query: string): Question | null {
  const { signal, suffix, gate } =
    /^(?<signal>[a-z]+)(?<suffix>_ratio|:bad|:total)\{gate="(?<gate>[^"]*)"\}$/.exec(query)?.groups ?? {};
  const part = (["value", "bad", "total"] as const).find((each) => SUFFIX[each] === suffix);
  return gate === undefined || signal === undefined || part === undefined ? null : { gate, signal, part };
}
