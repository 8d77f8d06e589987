import type { StackOptions } from "./options.ts";
import type { Stack } from "./stack.ts";

/** What a person needs to know once the stack serves: where, with which keys, what to paste, what is off. */
export function summary({ info, functions, off }: Stack, options: StackOptions, seconds: number): string {
  const rows: [string, string | null][] = [
    ["Functions", `${info.api_url}/functions/v1/<name>   (${functions.join(", ") || "none yet"})`],
    ["REST", `${info.api_url}/rest/v1`],
    ["Database", info.db_url],
    ["Dashboard", info.dashboard_url],
    ["Redis (REST)", info.redis_url],
    ["Publishable key", info.publishable_key],
    ["Secret key", info.secret_key],
    ["Alert key", info.api_key],
  ];
  return [
    "",
    `Ready in ${seconds.toFixed(1)} s.`,
    "",
    ...rows.flatMap(([name, value]) => value === null ? [] : [`  ${name.padEnd(16)} ${value}`]),
    ...off.map((sentence) => `  off: ${sentence}`),
    "",
    ...(functions.includes("alerts") ? ["Send the first alert:", "", firstAlert(info), ""] : []),
    `Ctrl-C stops it; ${
      options.watch ? "functions reload when their files change" : "functions do not reload"
    }.`,
  ].join("\n");
}

function firstAlert(info: Stack["info"]): string {
  const alert = JSON.stringify({ symbol: "AAPL", action: "buy", quantity: "10", price: "190.25" });
  return `  curl -sS ${info.api_url}/functions/v1/alerts -H 'Authorization: Bearer ${info.api_key}' -d '${alert}'`;
}
