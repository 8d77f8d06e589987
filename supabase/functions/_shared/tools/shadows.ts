import * as z from "zod";
import { decimal, integer } from "../validators/fields.ts";
import { namedAccount } from "../validators/names.ts";
import { settings } from "./accounts.ts";
import { account, defineTool } from "./tool.ts";

const shadow = namedAccount("shadow account")
  .transform((name) => name ?? "");
/** What each of them takes, whose two accounts no key of one account may touch together. */
const both = { account, shadow: shadow.describe("The shadow account.") };

export const shadowTools = {
  upsert_shadow_account: defineTool({
    description:
      "Has a shadow account follow an account: every alert of the account is booked into it as well, with settings of its own, " +
      "such as other fees, leverage or limits. It is made when it is not there, else changed.",
    scope: "everywhere",
    repeatable: true,
    schema: z.strictObject({
      ...both,
      settings: settings.optional().describe("What is other than in the account, by name."),
      size_factor: decimal("positive").describe("Every size is multiplied by it; left out: 1, or as it is."),
      initial_cash: decimal("unsigned").describe(
        "What a new one begins with, in the account's currency; left out: what the account is worth now.",
      ),
    }).meta({ required: ["shadow"] }),
    run: ({ shadow, settings, size_factor, initial_cash }, { rpc, account }) =>
      rpc("upsert_shadow_account", {
        account,
        shadow,
        settings: settings ?? null,
        size_factor,
        initial_cash,
      }),
  }),

  remove_shadow_account: defineTool({
    description:
      "Ends that a shadow account follows its account. What it has booked stays; it is an account like any other then.",
    scope: "everywhere",
    schema: z.strictObject(both).meta({ required: ["shadow"] }),
    run: ({ shadow }, { rpc, account }) => rpc("remove_shadow_account", { account, shadow }),
  }),

  catch_up_shadow_account: defineTool({
    description:
      "Books into a shadow account the alerts of its account that it has missed, each once: answers how many were booked, how " +
      "many are left (behind), and why the next one cannot be (failure).",
    scope: "everywhere",
    keeps: true,
    repeatable: true,
    schema: z.strictObject({
      ...both,
      at_most: integer(1, 10_000, "alerts").describe("How many at most; left out: 1000."),
    }).meta({ required: ["shadow"] }),
    run: ({ shadow, at_most }, { rpc, account }) =>
      rpc("catch_up_shadow_account", { account, shadow, at_most }),
  }),

  list_shadow_accounts: defineTool({
    description:
      "Lists the shadow accounts of an account: which settings differ, what they are worth and have made, and how many alerts they " +
      "are behind.",
    scope: "everywhere",
    reads: true,
    schema: z.strictObject({ account }),
    run: (_, { rpc, account }) => rpc("list_shadow_accounts", { account }),
  }),
};
