/** What is asked of one selector, and which of the series of that name it takes. */
type Question = {
  readonly kind: "values" | "newest" | "jobs" | "present";
  readonly name: string;
  holds(labels: Readonly<Record<string, string>>): boolean;
};

const FORMS: Readonly<Record<Question["kind"], RegExp>> = {
  newest: /^max\(timestamp\((?<selector>.*)\)\)$/,
  jobs: /^group by \(job\) \((?<selector>.*)\)$/,
  present: /^count\(present_over_time\((?<selector>.*)\[3h\]\)\)$/,
  values: /^(?<selector>.*)$/,
};
const SELECTOR = /^(?<name>[a-z_:]+)(?:\{(?<matchers>.*)\})?$/;
const MATCHER = /(?<label>\w+)(?<operator>=~|!~|!=|=)"(?<value>[^"\\]*)"/g;

const read = new Map<string, Question | null>();

/** Null for what is not one of the forms that the simulation's Prometheus can evaluate. */
export function questionOf(text: string): Question | null {
  const known = read.get(text);
  if (known !== undefined) return known;
  const question = readQuestion(text);
  read.set(text, question);
  return question;
}

function readQuestion(text: string): Question | null {
  for (const kind of ["newest", "jobs", "present", "values"] as const) {
    const selector = FORMS[kind].exec(text)?.groups?.["selector"];
    const parts = selector === undefined ? undefined : SELECTOR.exec(selector)?.groups;
    if (parts?.["name"] !== undefined)
      return { kind, name: parts["name"], holds: matching(parts["matchers"] ?? "") };
  }
  return null;
}

function matching(matchers: string): Question["holds"] {
  const tests = [...matchers.matchAll(MATCHER)].map(({ groups = {} }) => {
    const { label = "", operator = "", value = "" } = groups;
    const pattern = new RegExp(`^(?:${value})$`);
    const fits = (own: string): boolean => (operator.endsWith("~") ? pattern.test(own) : own === value);
    return { label, fits, wanted: !operator.startsWith("!") };
  });
  return (labels) => tests.every(({ label, fits, wanted }) => fits(labels[label] ?? "") === wanted);
}
