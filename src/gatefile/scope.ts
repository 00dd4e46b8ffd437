import type { Parameter } from "./parameters.ts";
import type { SourceFile, Span } from "./source.ts";
import type { Text } from "./text.ts";

/** The parameters that a text may name, with what they stand for. */
export type Scope = {
  readonly declared: readonly Parameter[];
  /** Of every declared parameter. */
  readonly values: ReadonlyMap<string, string>;
  /** Where the values are given. */
  readonly at: Span;
};

/** What a gate's profile brings: its parameters stand in its own file and nowhere else. */
export type ProfileScope = Scope & {
  readonly file: SourceFile;
  /** What its signals are called, for those who refine them. */
  readonly signals: readonly string[];
};

/** The scope of a text of the gate or of its profile, whichever file it stands in. */
export function scopeOf(text: Text, profile: ProfileScope | null): Scope {
  return profile !== null && text.at.file === profile.file
    ? profile
    : { declared: [], values: new Map(), at: text.at };
}
