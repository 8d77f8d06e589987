import * as z from "zod";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { account, defineTool } from "./tool.ts";

const { from, to } = portfolioQuerySchema.shape;

export const compareStrategies = defineTool({
  description:
    "Shows the strategies of an account side by side: what each made over time on the same times, its figures, the " +
    "correlation of the daily results of each two, and what the set comes to as if it were one.",
  scope: "account",
  schema: z.strictObject({
    account,
    strategies: z.array(alertFieldsSchema.shape.strategy.transform((name) => name ?? "")).min(1).max(20)
      .nullable().default(null)
      .describe('Which, by name; left out: all, which may be 20. "" is the one without a name.'),
    from,
    to,
  }),
  run: ({ strategies, from, to }, { rpc, account }) =>
    rpc("compare_strategies", { account, strategies, from_time: from, to_time: to }),
});
