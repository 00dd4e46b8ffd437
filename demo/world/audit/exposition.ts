/** A metrics page as numbers by series. */
export type Series = ReadonlyMap<string, number>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the Prometheus text format. A line it cannot read is a problem, not something to skip. */
export function parseExposition(text: string): { readonly series: Series; readonly unreadable: string[] } {
  const series = new Map<string, number>();
  const unreadable: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const match = LINE.exec(line);
    if (match === null) {
      unreadable.push(line);
      continue;
    }
    const [, name = "", labels = "", value = ""] = match;
    const pairs = [...labels.matchAll(LABEL)].map(([, key = "", content = ""]) => [key, content] as const);
    series.set(seriesKey(name, Object.fromEntries(pairs)), Number(value));
  }
  return { series, unreadable };
}

/** One spelling per series, whatever order its labels came in. */
export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map((key) => `${key}="${labels[key]}"`);
  return `${name}{${pairs.join(",")}}`;
}
