import type { Handler } from "hono";
import type { Variables } from "../http/app.ts";
import { openApiDocument } from "./document.ts";
import type { Part } from "./parts.ts";

/** `GET /alerts/openapi.json`: the document, made when it is first asked for. It says nothing that is secret. */
export function describeFunctions(projectUrl: string): Handler<{ Variables: Variables }> {
  let document: Part | undefined;
  return (context) => context.json(document ??= openApiDocument(projectUrl));
}
