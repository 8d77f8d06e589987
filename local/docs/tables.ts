import * as z from "zod";
import { alertFieldsSchema } from "../../supabase/functions/_shared/validators/canonical-alert.ts";
import { PROFIT_NAMES } from "../../supabase/functions/_shared/alerts/take-profits.ts";
import { benchmarkRegions } from "./benchmarks.ts";
import { componentRegions } from "./components.ts";
import { closeNames, names, refusedNames, reportNames, wrappers } from "./names.ts";
import { code, type Regions, table } from "./regions.ts";
import { mcpTools } from "./mcp.ts";
import { refusedSenders, senders } from "./senders.ts";
import { words } from "./words.ts";

/** Every part of the documentation that is made from the code alone. */
export const tableRegions = async (): Promise<Regions> => ({
  "alert-fields": alertFields(),
  ...componentRegions(),
  names: names(),
  wrappers: wrappers(),
  "report-names": reportNames(),
  "close-names": closeNames(),
  "refused-names": refusedNames(),
  "profit-names": profitNames(),
  words: words(),
  senders: senders(),
  "senders-refused": refusedSenders(),
  "mcp-tools": mcpTools(),
  ...await benchmarkRegions(),
});

/** What each of several take profits may say, and under which names. */
const profitNames = (): string =>
  table(
    ["it says", "names"],
    PROFIT_NAMES.map(({ part, names }) => [
      part.split(" or ").map(code).join(" or "),
      names.map(code).join(" "),
    ]),
  );

interface Described {
  title?: string;
  description?: string;
}

/** The canonical fields, what each means and what it may be. */
function alertFields(): string {
  const { properties } = z.toJSONSchema(alertFieldsSchema, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(properties ?? {}).map(([name, described]) => {
    const { title = "", description = "" } = described as Described;
    return [code(name), title, description];
  });
  return table(["field", "what it means", "what it may be"], rows);
}
