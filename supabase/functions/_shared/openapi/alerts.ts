import * as z from "zod";
import { alertQuerySchema } from "../validators/alert-query.ts";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { bookedAnswer, errorAnswer, previewAnswer, refusedAnswer } from "./answer-schemas.ts";
import { answer, type Part, type Parts } from "./parts.ts";

const description =
  "One alert, or an array of up to 100 that answers an array in order. In our own words as below, or in those of " +
  "TradingView templates, TradersPost or 3Commas signal bots, as JSON, key=value lines or a form; the content type " +
  "does not matter. Answered within TradingView's three seconds, and booked exactly once: by its id, or by its content.";

const examples: Part = {
  plain: { value: { symbol: "AAPL", action: "buy", quantity: "10", price: "190.25" } },
  tradingview: {
    summary: "A TradingView strategy's message, its placeholders filled in",
    value: {
      key: "<your key>",
      strategy: {
        order_action: "buy",
        order_contracts: "2",
        market_position: "long",
        market_position_size: "2",
        order_price: "190.25",
      },
      exchange: "NASDAQ",
      ticker: "AAPL",
      time: "2026-11-20T14:30:00Z",
    },
  },
  array: {
    value: [
      { symbol: "AAPL", action: "mark", price: "190.25" },
      { symbol: "AAPL", action: "close", price: "190.25" },
    ],
  },
};

/** The alert as a sender may write it. Any further name is one of a dialect's, or passed over. */
const alertSchema = alertFieldsSchema.extend({
  key: z.string().optional().describe("The API key, where the sender cannot send headers; never stored."),
}).meta({ id: "Alert" });

const foreign: Part = { type: "object", description: "A message in another sender's words." };

/** `POST /alerts`, and with the key in the path. */
export function alertPaths({ use, query, errors, operation }: Parts): Part {
  const one = { anyOf: [use(alertSchema, "input"), foreign] };
  const [booked, preview, refused, failed] = [bookedAnswer, previewAnswer, refusedAnswer, errorAnswer]
    .map((schema) => use(schema));
  const post = (operationId: string, ...parameters: Part[]): Part => ({
    operationId,
    summary: "Books an alert",
    description,
    tags: ["alerts"],
    parameters: [...parameters, ...query(alertQuerySchema)],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { anyOf: [one, { type: "array", items: one, minItems: 1, maxItems: 100 }] },
          examples,
        },
        "text/plain": {
          schema: { type: "string" },
          example: "key=<your key>; symbol=AAPL; action=buy; quantity=10; price=190.25",
        },
      },
    },
    responses: {
      "200": answer("Processed; with dry_run what it would do", {
        anyOf: [booked, preview, { type: "array", items: { anyOf: [booked, refused, preview] } }],
      }),
      ...errors("400 401 403 405 408 413 414 415 429"),
      "422": answer(
        "Understood and recorded, but refused, as error.code says; of several alerts: every one",
        {
          anyOf: [refused, failed, { type: "array", items: { anyOf: [refused, failed] } }],
        },
      ),
      "503": answer(
        "Not known to be booked: send the same again",
        { anyOf: [failed, { type: "array", items: { anyOf: [booked, refused, failed] } }] },
        { headers: { "retry-after": { description: "Seconds", schema: { type: "string" } } } },
      ),
    },
  });
  return {
    "/alerts": { post: post("sendAlert") },
    "/alerts/{key}": {
      post: post(
        "sendAlertWithKeyInPath",
        { name: "key", in: "path", required: true, schema: { type: "string" }, description: "The API key." },
      ),
    },
    "/alerts/openapi.json": {
      get: operation("alerts", { operationId: "describe", summary: "This document", security: [] }, {
        "200": ["OpenAPI 3.1", { type: "object" }],
      }),
    },
  };
}
