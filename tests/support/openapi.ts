import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

// What a test reads of the document is what it then asserts.
// deno-lint-ignore no-explicit-any
export type Document = any;

/** Validators for the schemas of an OpenAPI document, given where they stand in it. */
export function schemasOf(document: Document): (...path: string[]) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(document, "openapi.json");
  return (...path) => {
    const pointer = path.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    const validate = ajv.getSchema(`openapi.json#/${pointer.join("/")}`);
    if (validate === undefined) throw new Error(`no schema at ${path.join(" ")}`);
    return validate;
  };
}

/** The document with every object closed: an answer with a field that it does not name is then invalid. */
export function closed(part: Document): Document {
  if (Array.isArray(part)) return part.map(closed);
  if (part === null || typeof part !== "object") return part;
  const entries = Object.entries(part).map(([name, value]) => [name, closed(value)]);
  const copy = Object.fromEntries(entries);
  // `properties` may also be the name of a property; then its value has no type.
  const isObject = copy.type === "object" && copy.properties !== undefined;
  return isObject && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}

/** Why a value is not what a schema says, in short; "" when it is. */
export const complaints = (validate: ValidateFunction, value: unknown): string =>
  validate(value)
    ? ""
    : (validate.errors ?? []).slice(0, 6).map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`
    ).join("\n");
