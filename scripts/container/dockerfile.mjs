/** The instructions of a Dockerfile, in order: `{ name, text }`, continued lines joined, comments left out. */
export function instructionsOf(dockerfile) {
  const joined = dockerfile.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  return joined
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [name = ""] = line.split(/\s/, 1);
      return { name, text: line.slice(name.length).trim() };
    });
}

/** The words of an instruction in its JSON form, such as `ENTRYPOINT ["node", "src/main.ts"]`. */
export function wordsOf(instructions, name) {
  const found = instructions.find((instruction) => instruction.name === name);
  if (found === undefined) throw new Error(`the Dockerfile has no ${name}`);
  return JSON.parse(found.text.slice(found.text.indexOf("[")));
}

/** What COPY takes from the checkout, and where it puts it below the working folder. */
export function copiesOf(instructions) {
  return instructions
    .filter(({ name }) => name === "COPY")
    .map(({ text }) => {
      const words = text.split(/\s+/);
      return { sources: words.slice(0, -1), to: words.at(-1) };
    });
}

/** The commands of all RUN lines that call npm; the others prepare the image's own file system. */
export function npmCommandsOf(instructions) {
  return instructions
    .filter(({ name }) => name === "RUN")
    .flatMap(({ text }) => text.split("&&"))
    .map((command) => command.trim().split(/\s+/))
    .filter(([program]) => program === "npm");
}
