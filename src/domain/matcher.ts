/** Labels of a series, an alert or a rule. */
export type Labels = Readonly<Record<string, string>>;

/** One condition on a label, as Alertmanager writes it. A label that is absent has the value "". */
export type Matcher = {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
};

/**
 * Whether labels may satisfy all matchers, as far as plain comparison tells: regular expressions are not evaluated here and
 * count as satisfied. For deciding what to look at, never for deciding what is true.
 */
export function mayMatch(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ label, operator, value }) => {
    const own = Object.hasOwn(labels, label) ? labels[label] : "";
    if (operator === "=") return own === value;
    return operator !== "!=" || own !== value;
  });
}
