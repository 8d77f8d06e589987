type Schema = { [keyword: string]: unknown };

/** Not said: Gemini refuses most formats and rules for names, OpenAI and llama.cpp patterns that look around. */
const UNSAID = new Set(["format", "pattern", "propertyNames", "title"]);

/**
 * A schema that every client takes, since some refuse the tools of all servers for one that they do not. Gemini refuses a
 * list of types, Cursor a value of one of two. So each has one type, the first: text where a number would do as well, since
 * only text is exact; and what may be null may be left out.
 *
 * It says what to send. What is taken is for the tool, by its own schema.
 */
export function plainSchema(schema: Schema): Schema {
  const whole = withoutNull(schema);
  const said = Object.entries(whole).filter(([keyword]) => !UNSAID.has(keyword));
  const { type, title, description = title, properties, items, additionalProperties } = whole;
  return {
    ...Object.fromEntries(said),
    ...description !== undefined && { description },
    ...Array.isArray(type) && { type: type[0] },
    ...isSchema(properties) && { properties: plainSchemas(properties) },
    ...isSchema(items) && { items: plainSchema(items) },
    ...isSchema(additionalProperties) && { additionalProperties: true },
  };
}

const plainSchemas = (schemas: Schema): Schema =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, plainSchema(schema as Schema)]));

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

/** Of a schema of something or null, that of the something. */
function withoutNull(schema: Schema): Schema {
  const { anyOf, ...rest } = schema;
  const [some, none, ...more] = Array.isArray(anyOf) ? anyOf : [];
  return none?.type === "null" && more.length === 0 ? { ...some, ...rest } : schema;
}
