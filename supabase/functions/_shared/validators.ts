/** Every schema that reads something from outside, and the types that come from them. */
export { alertPayloadSchema } from "./validators/alert.ts";
export type { AlertFields, CanonicalAlert } from "./validators/canonical-alert.ts";
export { type AlertQuery, alertQuerySchema } from "./validators/alert-query.ts";
export type { Problem } from "./http/errors.ts";
export { problemsOf } from "./validators/problem.ts";
export { type PortfolioQuery, portfolioQuerySchema } from "./validators/portfolio-query.ts";
export { type ToolName, toolNameSchema } from "./tools/tools.ts";
export { webhookUrlSchema } from "./notifications/webhook-url.ts";
