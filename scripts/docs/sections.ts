/**
 * Replaces what stands between `<!-- made: name -->` and `<!-- end -->`. A name nobody makes, and one that the page does
 * not hold, are mistakes: throws.
 */
export function withSections(page: string, sections: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const written = page.replaceAll(
    /(<!-- made: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g,
    (_, head: string, name: string, tail: string) => {
      const text = sections[name];
      if (text === undefined) throw new Error(`nothing makes the section ${name}`);
      used.add(name);
      return `${head}\n${text}\n${tail}`;
    },
  );
  const unused = Object.keys(sections).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`the page has no section ${unused.join(", ")}`);
  return written;
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}
