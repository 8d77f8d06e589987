import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { createGroupCommit } from "../../supabase/functions/_shared/alerts/group-commit.ts";
import { receiveAlerts } from "../../supabase/functions/_shared/alerts/routes.ts";
import { createApp } from "../../supabase/functions/_shared/http/app.ts";

/** The largest body that the function takes by default. */
export const BODY_BYTES = 65_536;

const service = createApiKeyAuthService({ secret: "a secret of the tests, long enough", apiKeys: "" });
const made = service.generateApiKey({ id: "slow" });
/** The key that {@link slowFunction} knows. */
export const KEY = made.key;

/** A body of 64 KiB in few words: `unit`, separated, as often as fits into the shell. */
export interface Recipe {
  /** One of {@link SHELL_NAMES}. */
  shell: string;
  /** `#` in it becomes a number that counts up: names that differ. */
  unit: string;
}

type Shell = readonly [open: string, between: string, close: string];

/** An order with units in so many objects, each of the longest name that repeats these characters. */
function inObjects(order: string, name: string, levels: number): Shell {
  const long = name.repeat(Math.floor(256 / name.length)).replace(/\.$/, "");
  return [`{${order},${`"${long}":{`.repeat(levels)}`, ",", "}".repeat(levels + 1)];
}

const ORDER = '"symbol":"A","action":"buy","quantity":1,"price":1';

/** What stands around the units, and between them. */
const SHELLS: Readonly<Record<string, Shell>> = {
  array: ["[", ",", "]"],
  object: ["{", ",", "}"],
  alert: ['{"symbol":"A","action":"buy","quantity":1,', ",", "}"],
  alerts: ['[{"symbol":"A"},{', "},{", "}]"],
  keyed: [`{"key":"${KEY}","symbol":"A",`, ",", "}"],
  keyLast: ["{", ",", `,"key":"${KEY}"}`],
  values: ['{"symbol":"A","x":[', ",", "]}"],
  longName: [`{"${"n".repeat(32_000)}":[`, ",", "]}"],
  deep: ['{"a":{"b":{"c":{"d":{"e":[', ",", "]}}}}}"],
  longNames: [
    `{"symbol":"A","action":"buy","price":1,${
      [..."abcdef"].map((name) => `"${name.repeat(250)}":{`).join("")
    }`,
    ",",
    "}}}}}}}",
  ],
  wrapper: inObjects(ORDER, "tv.", 1),
  wrappers: inObjects(ORDER, "tv.", 6),
  brackets: inObjects('"symbol":"A","action":"close"', "[1]", 6),
  digits: inObjects(ORDER, "1", 6),
  text: ['{"comment":"', "", '"}'],
  quoted: ['"', "", '"'],
  lines: ["symbol=A\n", "\n", ""],
  pairs: ["symbol=A;", ";", ""],
  form: ["symbol=A&", "&", ""],
  raw: ["", "", ""],
};

/** A hundred alerts, each of which holds as many units as fit: as many as one request may carry. */
const HUNDRED = "hundred";
export const SHELL_NAMES = [...Object.keys(SHELLS), HUNDRED];

const encoder = new TextEncoder();

/** The body of a recipe, at most 64 KiB. */
export function bodyOf({ shell, unit }: Recipe): Uint8Array {
  const text = shell === HUNDRED
    ? `[${Array(100).fill(filled(SHELLS.alert, unit, BODY_BYTES / 100 - 2)).join()}]`
    : filled(SHELLS[shell], unit, BODY_BYTES);
  return encoder.encode(text).slice(0, BODY_BYTES);
}

function filled(shell: Shell | undefined, unit: string, bytes: number): string {
  const [open = "", between = "", close = ""] = shell ?? [];
  const room = bytes - encoder.encode(open + close).length;
  const units: string[] = [];
  for (let size = 0, number = 0;; number++) {
    const next = unit.replaceAll("#", String(number));
    size += encoder.encode(next + between).length;
    if (size > room || next + between === "") break;
    units.push(next);
  }
  return open + units.join(between) + close;
}

/** The alerts function in this process, on a database that ignores every alert. */
export function slowFunction() {
  const app = createApp(() => {});
  app.post(
    "/alerts/:key?",
    receiveAlerts({
      apiKeys: createApiKeyAuthService({ secret: "a secret of the tests, long enough", apiKeys: made.entry }),
      book: createGroupCommit({
        send: (alerts) =>
          Promise.resolve({ ok: true, answers: alerts.map(() => ({ status: "ignored", duplicate: false })) }),
      }),
      preview: () => Promise.resolve({ ok: false, failure: "unavailable", code: "no_answer" }),
      bodyLimit: BODY_BYTES,
      deadlineMs: 60_000,
    }),
  );
  /** Sends a body, with the key in a header or without any; answers the status and the answer's text. */
  return async (body: Uint8Array, withKey: boolean): Promise<{ status: number; text: string }> => {
    const headers: HeadersInit = withKey ? { "x-api-key": KEY } : {};
    const response = await app.request("/alerts", { method: "POST", headers, body: body as BodyInit });
    return { status: response.status, text: await response.text() };
  };
}
