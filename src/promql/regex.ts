import { RE2JS } from "re2js";

type Regex =
  | { readonly ok: true; readonly covers: (value: string) => boolean }
  | { readonly ok: false; readonly problem: string };

/** The pattern of a label matcher as Prometheus reads it: RE2, over the whole value, where `.` takes line ends too. */
export function compileRegex(pattern: string): Regex {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
    return { ok: true, covers: (value) => compiled.matches(value) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: said.replace(/^error parsing regexp: /, "").replace("(?s)", "") };
  }
}
