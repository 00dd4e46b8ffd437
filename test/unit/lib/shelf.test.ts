import { expect, it } from "vitest";
import { createShelf } from "../../../src/lib/shelf.ts";

it("fetches once for all who ask meanwhile and for as long as the outcome is good", async () => {
  let now = 0;
  let fetched = 0;
  const shelf = createShelf<number>(10, () => now);
  const fetch = async (): Promise<number> => (fetched += 1);
  const take = () => shelf.take("key", fetch, () => 100);

  expect(await Promise.all([take(), take()])).toEqual([1, 1]);
  now = 99;
  expect(await take()).toBe(1);
  now = 100;
  expect(await take()).toBe(2);
});

it("keeps each outcome for as long as that outcome says", async () => {
  let now = 0;
  const shelf = createShelf<string>(10, () => now);
  const take = (outcome: string) =>
    shelf.take(
      "key",
      async () => outcome,
      (kept) => (kept === "failure" ? 5 : 100),
    );
  expect(await take("failure")).toBe("failure");
  now = 5;
  expect(await take("success")).toBe("success");
  now = 50;
  expect(await take("other")).toBe("success");
});

it("holds no more than its size, however many keys are asked for", async () => {
  const shelf = createShelf<number>(3, () => 0);
  let fetched = 0;
  const take = (key: string) =>
    shelf.take(
      key,
      async () => (fetched += 1),
      () => 1_000,
    );
  for (const key of ["a", "b", "c", "d"]) await take(key);
  expect(fetched).toBe(4);
  await take("d");
  await take("b");
  expect(fetched).toBe(4);
  await take("a");
  expect(fetched).toBe(5);
});
