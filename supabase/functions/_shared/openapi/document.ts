import { alertPaths } from "./alerts.ts";
import { healthPaths } from "./health.ts";
import { mcpPaths } from "./mcp.ts";
import { markPaths } from "./marks.ts";
import { notificationPaths } from "./notifications.ts";
import { createComponents, type Part } from "./parts.ts";
import { portfolioPaths } from "./portfolio.ts";
import { toolPaths } from "./tools.ts";

/**
 * The OpenAPI 3.1 document of the functions, made of the Zod schemas that read requests and of those of the answers.
 *
 * @param projectUrl where the project is served, without a slash at its end
 */
export function openApiDocument(projectUrl: string): Part {
  const components = createComponents();
  const paths = {
    ...alertPaths(components),
    ...portfolioPaths(components),
    ...toolPaths(components),
    ...mcpPaths(components),
    ...notificationPaths(components),
    ...markPaths(components),
    ...healthPaths(components),
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
      schemas: components.schemas,
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
