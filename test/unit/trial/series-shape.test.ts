import { expect, test } from "vitest";
import { shapeAt } from "../../../src/trial/series-shape.ts";
import { NOON } from "../../support/builders.ts";

function series(labels: Readonly<Record<string, string>>, at = NOON) {
  return { labels, points: [{ at, value: 1 }] };
}

test("several series are told by the labels they differ in, with the query that makes them one", () => {
  const all = [
    series({ job: "shop", pod: "a", zone: "x" }),
    series({ job: "shop", pod: "b", zone: "x" }),
    series({ job: "shop", pod: "c" }),
  ];
  expect(shapeAt("queue_depth", all, NOON)).toEqual({
    count: 3,
    differing: [
      { label: "pod", values: ["a", "b", "c"] },
      { label: "zone", values: ["", "x"] },
    ],
    asOne: "max(queue_depth)",
  });
});

test("one series needs nothing, and one that has ended is not there", () => {
  expect(shapeAt("m", [series({ pod: "a" }), series({ pod: "b" }, NOON - 1)], NOON)).toEqual({
    count: 1,
    differing: [],
    asOne: null,
  });
});
