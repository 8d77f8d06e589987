import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { openApiDocument } from "../../../supabase/functions/_shared/openapi/document.ts";
import { RESOURCES } from "../../../supabase/functions/_shared/portfolio/resources.ts";
import { alertFieldsSchema } from "../../../supabase/functions/_shared/validators/canonical-alert.ts";
import { complaints, type Document, schemasOf } from "../../support/openapi.ts";

const document: Document = openApiDocument("https://project.supabase.co");
const schemas = schemasOf(document);

/** Every operation: its path, its method, itself. */
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Document).map(([method, operation]) => ({
    path,
    method,
    operation: operation as Document,
  }))
);

Deno.test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  assert.equal(validator.version, "3.1");
});

Deno.test("every reference leads to something", () => {
  for (const [, target = ""] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = target.split("/").reduce((part: Document, name) => part?.[name], document);
    assert.ok(found, target);
  }
});

Deno.test("every operation has an id of its own, a summary, a tag and an answer", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.deepEqual(ids.toSorted(), [...new Set(ids)].toSorted());
  for (const { path, operation } of operations) {
    assert.ok(operation.summary && operation.tags?.length === 1, path);
    assert.ok("200" in operation.responses, path);
  }
});

Deno.test("every parameter in a path is declared", () => {
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((each: Document) => each.in === "path")
      .map((each: Document) => each.name);
    assert.deepEqual(declared, named, path);
  }
});

Deno.test("all that a portfolio has is described, with the query that it reads", () => {
  for (const [name, { takes }] of Object.entries(RESOURCES)) {
    const { get } = document.paths[name === "" ? "/portfolio" : `/portfolio/${name}`];
    const parameters = get.parameters.map((each: Document) => each.name);
    assert.deepEqual(parameters.toSorted(), ["account", ...Object.keys(takes)].toSorted(), name);
  }
});

Deno.test("every field of an alert is described in words", () => {
  const { properties } = document.components.schemas.Alert;
  assert.deepEqual(Object.keys(properties), [...Object.keys(alertFieldsSchema.shape), "key"]);
  const silent = Object.entries(properties).filter(([name, each]) => {
    const { title, description, anyOf } = each as Document;
    return (title === undefined || description === undefined && anyOf === undefined) && name !== "key";
  });
  assert.deepEqual(silent.map(([name]) => name), []);
});

Deno.test("its own examples are as it says", () => {
  const { content } = document.paths["/alerts"].post.requestBody;
  const body = schemas("paths", "/alerts", "post", "requestBody", "content", "application/json", "schema");
  const examples = Object.entries(content["application/json"].examples);
  assert.ok(examples.length >= 3);
  for (const [name, { value }] of examples as [string, Document][]) {
    assert.equal(complaints(body, value), "", name);
  }
});

Deno.test("every function has a path, and every tool", async () => {
  const { TOOLS } = await import("../../../supabase/functions/_shared/tools/tools.ts");
  const functions = [...Deno.readDirSync(new URL("../../../supabase/functions", import.meta.url))]
    .filter(({ name, isDirectory }) => isDirectory && !/^[_.]|node_modules/.test(name)).map(({ name }) =>
      name
    );
  for (const name of functions) assert.ok(`/${name}` in document.paths, name);
  for (const name of Object.keys(TOOLS)) assert.ok(`/tools/${name}` in document.paths, name);
});
