import { alertPaths } from "./alerts.ts";
import { operatingPaths } from "./operating.ts";
import { createParts, type Part } from "./parts.ts";
import { portfolioPaths } from "./portfolio-schemas.ts";
import { toolPaths } from "./tools.ts";

/**
 * The OpenAPI 3.1 document of the functions, made of the Zod schemas that read requests and of those of the answers.
 *
 * @param projectUrl where the project is served, without a slash at its end
 */
export function openApiDocument(projectUrl: string): Part {
  const parts = createParts();
  const paths = {
    ...alertPaths(parts),
    ...portfolioPaths(parts),
    ...toolPaths(parts),
    ...operatingPaths(parts),
  };
  return {
    openapi: "3.1.1",
    info: {
      title: "Supabase Automation",
      version: "1",
      description: "Alert webhooks in, exact paper trades out.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: `${projectUrl}/functions/v1` }],
    security: [{ bearer: [] }, { header: [] }, { query: [] }],
    paths,
    components: {
      schemas: parts.schemas,
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An API key; deno task keys:create makes one.",
        },
        header: { type: "apiKey", in: "header", name: "x-api-key" },
        query: { type: "apiKey", in: "query", name: "key" },
      },
    },
  };
}
