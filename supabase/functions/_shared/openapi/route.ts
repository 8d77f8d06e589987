import type { AppHandler } from "../http/app.ts";
import type { Part } from "./parts.ts";

/**
 * `GET /alerts/openapi.json`: the document, made when it is first asked for, as the modules that describe it are loaded
 * only then: half of a function's start. It says nothing that is secret.
 */
export function describeFunctions(projectUrl: string): AppHandler {
  let document: Promise<Part> | undefined;
  return async (context) =>
    context.json(
      await (document ??= import("./document.ts").then(({ openApiDocument }) => openApiDocument(projectUrl))),
    );
}
