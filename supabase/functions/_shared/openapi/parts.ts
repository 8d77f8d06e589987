import * as z from "zod";
import { errorAnswer } from "./answer-schemas.ts";

export type Part = { [name: string]: unknown };

const ERRORS: Readonly<Record<string, string>> = {
  "400": "Cannot be read; error.details lists each path and what is wrong there",
  "401": "No key, or a wrong one",
  "403": "The key may not do this",
  "404": "There is no such thing",
  "405": "Another method",
  "408": "The body took too long",
  "413": "The body is too large",
  "414": "The URL is too long",
  "415": "Compressed, or not UTF-8",
  "422": "Understood, and refused",
  "429": "Too many requests, or too many without a valid key; after Retry-After seconds again",
  "503": "Not known to be done; the same request may be sent again, after Retry-After seconds",
};

const json = (schema: Part): Part => ({ content: { "application/json": { schema } } });

export const answer = (description: string, schema: Part, more: Part = {}): Part => ({
  description,
  ...json(schema),
  ...more,
});

/** References within one schema, as references within the document. */
function relinked(part: Part): Part {
  return JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** An answer of JSON: what it is, its schema, and what else there is of it. */
type Told = [description: string, schema: z.ZodType | Part, more?: Part];

/** What makes the parts of one document. */
export type Parts = ReturnType<typeof createParts>;

export function createParts() {
  /** All that was referred to, by name. */
  const schemas: Record<string, Part> = {};

  /** What a schema reads (`input`) or writes (`output`), as JSON Schema; of what has an id a reference. */
  function use(schema: z.ZodType, io: "input" | "output" = "output"): Part {
    const { $schema: _, $defs = {}, ...part } = z.toJSONSchema(schema, {
      io,
      unrepresentable: "any",
      // An answer may grow a field: whoever reads it should not break.
      override: ({ jsonSchema }) => void delete jsonSchema.additionalProperties,
    }) as Part & { $defs?: Record<string, Part> };
    for (const [name, { id: __, ...definition }] of Object.entries($defs)) {
      schemas[name] = relinked(definition);
    }
    const { id, ...body } = relinked(part);
    if (typeof id !== "string") return body;
    schemas[id] = body;
    return { $ref: `#/components/schemas/${id}` };
  }

  /** What a request has in its body. */
  const body = (schema: z.ZodType, required = true): Part => ({
    requestBody: { required, ...json(use(schema, "input")) },
  });

  /** The parameters of a query, from the schema that reads it. */
  function query(schema: z.ZodObject, names: readonly string[] = Object.keys(schema.shape)): Part[] {
    const { properties = {} } = use(schema, "input") as { properties?: Record<string, Part> };
    return names.map((name) => {
      const { description, ...rest } = properties[name] ?? {};
      const told = description === undefined ? {} : { description };
      return { name, in: "query", schema: { ...rest, type: "string" }, ...told };
    });
  }

  /** The answers of these statuses, with spaces between, in the one shape of every error. */
  function errors(statuses: string): Part {
    const schema = use(errorAnswer);
    const answers = statuses.split(" ").map((status) => [status, answer(ERRORS[status] ?? "Error", schema)]);
    return Object.fromEntries(answers);
  }

  /** An operation: what is said of it, its answers by status, and the statuses of its errors. */
  function operation(tag: string, said: Part, answers: Record<string, Part | Told>, failures?: string): Part {
    const told = Object.entries(answers).map(([status, each]) => {
      if (!Array.isArray(each)) return [status, each];
      const [description, schema, more] = each as Told;
      return [status, answer(description, schema instanceof z.ZodType ? use(schema) : schema, more)];
    });
    const failed = failures === undefined ? {} : errors(failures);
    return { tags: [tag], ...said, responses: { ...Object.fromEntries(told), ...failed } };
  }

  return { schemas, use, body, query, errors, operation };
}
