import request from "supertest";
import { describe, expect, test } from "vitest";
import { openApi } from "../../src/api/openapi.ts";
import { PROBLEMS } from "../../src/api/problem.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { testDoor } from "./door.ts";

type Operation = { readonly parameters: readonly { readonly in: string; readonly name: string }[] };

function headersOf({ parameters }: Operation): readonly string[] {
  return parameters.filter((parameter) => parameter.in === "header").map(({ name }) => name);
}

describe("the OpenAPI document", () => {
  test("is served and describes every address with its parameters and answers", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .get("/openapi.json")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(200);
    expect(response.body.openapi).toBe("3.1.0");
    for (const [name, route] of Object.entries(ROUTES)) {
      expect(response.body.paths[route.path][route.method]).toMatchObject({ operationId: name });
    }
    const act = response.body.paths["/v1/gates/{name}/actions"].post;
    expect(act.requestBody.content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/ActionRequest",
    });
    expect(Object.keys(act.responses)).toEqual(
      expect.arrayContaining([
        "202",
        "400",
        "401",
        "403",
        "404",
        "409",
        "412",
        "413",
        "415",
        "422",
        "429",
        "500",
      ]),
    );
    const tell = response.body.paths["/v1/changes"].post;
    expect(headersOf(act)).toEqual(["Idempotency-Key", "If-Match"]);
    expect(headersOf(tell)).toEqual(["Idempotency-Key"]);
    expect(Object.keys(tell.responses)).toContain("422");
    expect(Object.keys(tell.responses)).not.toContain("412");
    expect(response.body.components.schemas.ActionRequest).toMatchObject({
      additionalProperties: false,
      required: ["action", "reason"],
    });
  });

  test("has no reference that leads nowhere", () => {
    const document = openApi("0.1.0", "https://rampart.example.com");
    const names = Object.keys((document["components"] as { schemas: object }).schemas);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name] of references) expect(names).toContain(name);
  });
});

describe("a problem's address", () => {
  test.each(Object.keys(PROBLEMS))("/problems/%s explains it", async (code) => {
    const door = testDoor();
    const response = await request(door.app)
      .get(`/problems/${code}`)
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ code, help: expect.stringMatching(/\.$/) });
  });

  test.each(["nothing", "__proto__", "toString"])("/problems/%s is 404", async (code) => {
    const door = testDoor();
    const response = await request(door.app)
      .get(`/problems/${code}`)
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(404);
  });
});
