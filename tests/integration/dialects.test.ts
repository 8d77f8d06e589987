import assert from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { connect, stack } from "../support/stack.ts";
import { rowCounts } from "../support/rows.ts";

interface Sample {
  id: string;
  body: string;
  content_type: string;
  /** "body": the key stands in the body only. */
  auth?: "body";
  expect: Record<string, unknown>;
}

const samples: { read: Sample[]; refuse: Sample[] } = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/dialects.json", import.meta.url)),
);

const send = ({ body, content_type, auth }: Sample, query: string) =>
  post(body.replaceAll("$KEY", stack.api_key), {
    query,
    key: auth === "body" ? null : stack.api_key,
    headers: { "content-type": content_type },
  });

/** The part of `actual` that `expected` speaks of. */
function sameFields(actual: unknown, expected: unknown): unknown {
  if (expected === null || typeof expected !== "object" || actual === null || typeof actual !== "object") {
    return actual;
  }
  const fields: Record<string, unknown> = { ...actual };
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, sameFields(fields[name], value)]),
  );
}

async function writesNothing(body: () => Promise<void>): Promise<void> {
  const sql = connect(1);
  try {
    const before = await rowCounts(sql);
    await body();
    assert.deepEqual(await rowCounts(sql), before);
  } finally {
    await sql.end();
  }
}

for (const sample of samples.read) {
  Deno.test(`the sample ${sample.id} is read as expected by a dry run, which writes nothing`, () =>
    writesNothing(async () => {
      const { status, body } = await send(sample, "?dry_run=1");
      assert.equal(status, 200, JSON.stringify(body));
      const { alert, dry_run } = body as unknown as { alert: unknown; dry_run: boolean };
      assert.equal(dry_run, true);
      assert.deepEqual(sameFields(alert, sample.expect), sample.expect);
      assert.ok(!JSON.stringify(body).includes(stack.api_key));
    }));
}

for (const sample of samples.refuse) {
  Deno.test(`the sample ${sample.id} is refused and writes nothing`, () =>
    writesNothing(async () => {
      const { status, body } = await send(sample, "");
      assert.equal(status, sample.expect.status, JSON.stringify(body));
      const paths = (body.error?.details ?? []).map(({ path }) => path);
      assert.ok(paths.length > 0);
      if (sample.expect.path !== undefined) assert.ok(paths.includes(`${sample.expect.path}`), paths.join());
    }));
}

Deno.test("there are samples", () => assert.ok(samples.read.length >= 16 && samples.refuse.length >= 8));
