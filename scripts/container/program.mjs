import { spawn } from "node:child_process";

/** Runs a program beside this one, whose own servers keep answering meanwhile; resolves to its exit code. */
export function statusOf(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
}
