import * as z from "zod";
import { alertFieldsSchema } from "../../supabase/functions/_shared/validators/canonical-alert.ts";
import { benchmarkRegions } from "./benchmarks.ts";
import { closeNames, names, refusedNames, reportNames, wrappers } from "./names.ts";
import { code, type Regions, table } from "./regions.ts";
import { refusedSenders, senders } from "./senders.ts";
import { words } from "./words.ts";

/** Every part of the documentation that is made from the code alone. */
export const tableRegions = async (): Promise<Regions> => ({
  "alert-fields": alertFields(),
  names: names(),
  wrappers: wrappers(),
  "report-names": reportNames(),
  "close-names": closeNames(),
  "refused-names": refusedNames(),
  words: words(),
  senders: senders(),
  "senders-refused": refusedSenders(),
  ...await benchmarkRegions(),
});

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
