import type { SQLInputValue, StatementSync } from "node:sqlite";

/** All rows of a query whose columns are, by its own text, those of Row. */
export function rows<Row>(
  statement: StatementSync,
  parameters: Readonly<Record<string, SQLInputValue>> = {},
): Row[] {
  return statement.all(parameters) as Row[];
}
