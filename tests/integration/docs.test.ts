import assert from "node:assert/strict";
import { databaseRegions } from "../../local/docs/database.ts";
import { withRegions } from "../../local/docs/regions.ts";
import senders from "../fixtures/senders.json" with { type: "json" };
import { post } from "../support/alerts.ts";
import { newSymbol } from "../support/desk.ts";
import { type Block, blocks, pages, type Table, tables } from "../support/docs.ts";
import { connectionOf } from "../support/mcp.ts";
import { withClient } from "../support/mcp-client.ts";
import {
  apply,
  filledIn,
  happened,
  localized,
  matches,
  shadowName,
  shell,
  typescript,
} from "../support/docs-run.ts";
import { asService, connect, newAccount, unique } from "../support/stack.ts";

const all = blocks();
const of = (language: string) => all.filter((block) => block.language === language);
const nameOf = ({ page, heading, text }: Block) =>
  `${page}, ${heading}: ${text.trim().split("\n")[0]?.slice(0, 60)}`;

/** Lines that are not run here, and why. */
const ELSEWHERE: [RegExp, string][] = [
  [/^git clone /, "tests/e2e/first-minute.test.ts does, in a bare clone"],
  [/^npx -y deno task start$/, "tests/e2e/first-minute.test.ts does, in a bare clone"],
  [/^npx -y deno task test$/, "that is what is running"],
  [/^npx -y supabase@/, "needs a project; tests/e2e/deploy.test.ts compares every word with the CLI's help"],
  [/^npx -y deno task doctor --remote /, "needs a project; the doctor's own tests run it against the stack"],
  [/^claude mcp add /, "needs Claude Code; the client of the SDK is connected as it says, below"],
  [/^npx -y deno task doctor$/, "tests/integration/doctor.test.ts does, with this stack's flags"],
  [
    /^npx -y deno task deploy (?!.*--dry-run)/,
    "needs a project; its --dry-run is run, and tests/project/deploy runs the rest",
  ],
];
const isElsewhere = (line: string) => ELSEWHERE.some(([pattern]) => pattern.test(line));

/** The commands of a block; a backslash at the end of a line goes on. */
const commandsOf = ({ text }: Block) =>
  text.replaceAll("\\\n", " ").split("\n").filter((line) => line.trim() !== "");

Deno.test("every block is of a kind that is run, or a drawing", () => {
  const kinds = new Set(all.map(({ language, info }) => `${language} ${info}`.trim()));
  assert.deepEqual(
    [...kinds].filter((kind) =>
      !["sh", "sql", "ts", "ts functions", "json", "json alert", "json client", "text alert", "text drawing"]
        .includes(kind)
    ),
    [],
  );
  assert.ok(all.length > 25);
});

Deno.test("every reason not to run a line here is needed", () => {
  const lines = of("sh").flatMap(commandsOf);
  for (const [pattern] of ELSEWHERE) assert.ok(lines.some((line) => pattern.test(line)), `${pattern}`);
});

for (const block of of("sh")) {
  for (const line of commandsOf(block).filter((each) => !isElsewhere(each))) {
    Deno.test(`runs: ${block.page}: ${line.slice(0, 70)}`, async () => {
      const out = await shell(localized(line));
      const shown = all.find(({ language, info, before }) =>
        language === "json" && info === "" && before === block
      );
      // The README's answer is that of the first alert ever: the test of the first minute compares it.
      if (shown === undefined || block.page === "README.md") return;
      matches(JSON.parse(out), JSON.parse(shown.text));
    });
  }
}

Deno.test("JSON that is no alert is the answer to the command before it", () => {
  for (const block of of("json").filter(({ info }) => info === "")) {
    assert.equal(block.before?.language, "sh", nameOf(block));
    JSON.parse(block.text);
  }
});

/** The status that a message of a page is answered with, in an account that holds nothing. */
const answerTo = ({ page, heading, text }: Block): string =>
  page === "docs/senders.md"
    ? senders.read.find(({ sender }) => sender === heading)?.answer ?? "filled"
    : /"mark"/.test(text)
    ? "ignored"
    : "filled";

for (const block of all.filter(({ info }) => info === "alert")) {
  Deno.test(`is booked: ${nameOf(block)}`, async () => {
    const account = await newAccount();
    const { status, body } = await post(filledIn(block.text), { query: `?account=${account}` });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.status, answerTo(block), JSON.stringify(body));
  });
}

const clients = all.filter(({ info, text }) => info === "client" || text.startsWith("claude mcp add "));
Deno.test("there are clients to connect", () => assert.ok(clients.length >= 4));
for (const block of clients) {
  Deno.test(`an assistant is connected as it says: ${nameOf(block)}`, async () => {
    const names = await withClient(
      async (client) => (await client.listTools()).tools,
      connectionOf(block.text),
    );
    assert.ok(names.length > 0);
  });
}

for (const block of of("sql")) {
  Deno.test(`runs: ${nameOf(block)}`, async () => {
    const sql = connect(1);
    try {
      await sql.unsafe(block.text);
    } finally {
      await sql.end();
    }
  });
}

Deno.test("the TypeScript of every page has right types and runs", async () => {
  const found = of("ts");
  assert.ok(found.length > 5);
  // Names of accounts are told once in a page, and made once in this database.
  const names = ["second", "swing", "original", "with-fees", "nightly", "desk", "default-doubled"].map((
    name,
  ) => [name, unique(name)] as const);
  await typescript(found.map((block) => ({
    ...block,
    text: names.reduce((text, [name, fresh]) => text.replaceAll(`"${name}"`, `"${fresh}"`), block.text),
  })));
});

const holding = ({ quantity, average_price }: { quantity: string; average_price: string }) =>
  quantity === "0" ? "flat" : `${quantity} @ ${average_price}`;

/** Plays a story, line by line, against the engine. */
async function play({ head, rows }: Table): Promise<void> {
  const [account, symbol] = [await newAccount({ settings: {} }), newSymbol()];
  for (const [nr, cells] of rows.entries()) {
    const [, kind = "", json = ""] = /^(\w*) ?`(.+)`$/.exec(cells[0] ?? "") ?? assert.fail(`${cells[0]}`);
    if (kind !== "") {
      await apply(kind, JSON.parse(json), account, symbol);
      continue;
    }
    const { body } = await post({ symbol, idempotency_key: `line-${nr}`, ...JSON.parse(json) }, {
      query: `?account=${account}`,
    });
    const actual = new Map([
      ["what happens", happened(body)],
      ["then held", holding(body.position)],
      ["cash", body.cash],
    ]);
    if (head.includes("shadow holds")) {
      const { data } = await asService().rpc("list_positions", { account: shadowName(account) });
      actual.set("shadow holds", data?.map(holding).join(", ") ?? "");
    }
    const resting = body.status === "accepted" && body.orders.some(({ status }) => status === "open");
    if (resting) actual.set("what happens", "rests");
    head.slice(1).forEach((column, index) =>
      assert.equal(actual.get(column), cells[index + 1], `${json}: ${column}`)
    );
  }
}

const stories = tables().filter(({ head }) => head[0] === "alert");
Deno.test("there are stories to play", () => assert.ok(stories.length >= 9));
stories.forEach((story, nr) =>
  Deno.test(`is as it says: ${story.page}, ${story.heading}, table ${nr + 1}`, () => play(story))
);

Deno.test("what is made from SQL comments is what they say now", async () => {
  const sql = connect(1);
  try {
    const regions = await databaseRegions(sql);
    for (const page of ["docs/rpc.md", "docs/configuration.md"]) {
      const text = pages.get(page) ?? "";
      assert.equal(text, await withRegions(text, regions), `${page}: run deno task docs:rpc`);
    }
  } finally {
    await sql.end();
  }
});
