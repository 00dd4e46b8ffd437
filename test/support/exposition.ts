/** One scrape target: the labels that Prometheus attaches, and the text it reads there. */
export type Page = {
  readonly job: string;
  readonly instance: string;
  readonly text: string;
};

type Sample = { readonly series: string; readonly value: string };

const LINE = /^(?<name>[A-Za-z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/;

/**
 * All targets as one page with the labels `job` and `instance` in the text, as Prometheus would store them. Those the text
 * brings itself stay, as with `honor_labels`.
 */
export function mergedPage(pages: readonly Page[]): string {
  return pages
    .flatMap(samplesOf)
    .map(({ series, value }) => `${series} ${value}\n`)
    .join("");
}

/** The same with a time, as OpenMetrics writes it; `seconds` is a Unix time. */
export function datedPage(pages: readonly Page[], seconds: number): string {
  return pages
    .flatMap(samplesOf)
    .map(({ series, value }) => `${series} ${value} ${seconds}\n`)
    .join("");
}

function samplesOf({ job, instance, text }: Page): readonly Sample[] {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const { name, labels, value } = LINE.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
    const own = labels ?? "";
    const attached = Object.entries({ job, instance })
      .filter(([label]) => !own.includes(`${label}="`))
      .map(([label, text_]) => `${label}="${text_}"`);
    return { series: `${name}{${[...(own === "" ? [] : [own]), ...attached].join(",")}}`, value };
  });
}

/** The lines of a classic histogram; `shares` maps each bound, smallest first, to the share of observations at or below it. */
export function histogram(
  name: string,
  labels: string,
  count: number,
  shares: Readonly<Record<string, number>>,
): string {
  const buckets = Object.entries(shares).map(
    ([le, share]) => `${name}_bucket{${labels},le="${le}"} ${count * share}`,
  );
  return [
    `# TYPE ${name} histogram`,
    ...buckets,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${count / 10}`,
    `${name}_count{${labels}} ${count}`,
  ].join("\n");
}
