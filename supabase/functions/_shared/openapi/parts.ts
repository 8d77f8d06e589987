import * as z from "zod";
import { errorAnswer } from "./answer-schemas.ts";

export type Part = { [name: string]: unknown };

/** What a schema reads (`input`) or writes (`output`), as JSON Schema; what has an id goes to the components. */
export interface Components {
  /** The schema, or a reference to it. */
  use(schema: z.ZodType, io?: "input" | "output"): Part;
  /** All that was referred to, by name. */
  readonly schemas: Record<string, Part>;
}

export function createComponents(): Components {
  const schemas: Record<string, Part> = {};
  return {
    schemas,
    use(schema, io = "output") {
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
    },
  };
}

/** References within one schema, as references within the document. */
function relinked(part: Part): Part {
  return JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

export const json = (schema: Part, more: Part = {}): Part => ({
  content: { "application/json": { schema, ...more } },
});

export const answer = (description: string, schema: Part, more: Part = {}): Part => ({
  description,
  ...json(schema),
  ...more,
});

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

/** The answers of these statuses, with spaces between, in the one shape of every error. */
export function errors(components: Components, statuses: string): Part {
  const schema = components.use(errorAnswer);
  return Object.fromEntries(
    statuses.split(" ").map((status) => [status, answer(ERRORS[status] ?? "Error", schema)]),
  );
}

/** The parameters of a query, from the schema that reads it. */
export function queryParameters(
  components: Components,
  schema: z.ZodObject,
  names: readonly string[] = Object.keys(schema.shape),
): Part[] {
  const { properties = {} } = components.use(schema, "input") as { properties?: Record<string, Part> };
  return names.map((name) => {
    const { description, ...rest } = properties[name] ?? {};
    return {
      name,
      in: "query",
      schema: { ...rest, type: "string" },
      ...description === undefined ? {} : { description },
    };
  });
}
