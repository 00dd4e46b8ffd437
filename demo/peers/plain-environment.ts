/** What a Node program needs of this process's environment, and nothing that changes what it does. */
export function plainEnvironment(): Readonly<Record<string, string>> {
  const compiled = process.env["NODE_COMPILE_CACHE"];
  return {
    PATH: process.env["PATH"] ?? "",
    TZ: "UTC",
    ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }),
  };
}
