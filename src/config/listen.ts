/** An address to listen on; port 0 takes any free one. */
export type Listen = { readonly host: string; readonly port: number };

const SHAPE = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9.-]+)):(?<port>\d{1,5})$/;

/** `127.0.0.1:9470` or `[::1]:9470`; null for anything else. */
export function parseListen(text: string): Listen | null {
  const groups = SHAPE.exec(text)?.groups;
  const host = groups?.["v6"] ?? groups?.["host"];
  const port = Number(groups?.["port"]);
  return host === undefined || port > 65_535 ? null : { host, port };
}

export function listenUrl({ host, port }: Listen): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
