import { deepEqual, equal } from "node:assert/strict";
import { deskTest } from "../support/desk.ts";
import { canonical } from "../support/engine.ts";
import { said } from "../support/order-cases.ts";

const ignored = ["leverage", 'plot "0"'];

deskTest("fields that were not understood are in the answer, a duplicate's too", {}, async (desk) => {
  const alert = canonical({ account: desk.account, action: "buy", quantity: "1", price: "100", ignored });
  const first = await desk.send(alert);
  deepEqual(first.ignored, ignored);
  deepEqual(await desk.send(alert), { ...first, duplicate: true });
});

deskTest("they are in the answer to a mark, a refusal and an alert for no account", {}, async (desk) => {
  deepEqual((await desk.mark("100", { ignored })).ignored, ignored);
  const refused = await desk.send({ action: "buy", price: "100", ignored });
  equal(said(refused), "rejected: no_quantity");
  deepEqual(refused.ignored, ignored);
  const nowhere = await desk.send({ account: "nobody at all", action: "buy", ignored });
  equal(said(nowhere), "rejected: unknown_account");
  deepEqual(nowhere.ignored, ignored);
});

deskTest("an answer without them does not name them", {}, async (desk) => {
  for (const more of [{}, { ignored: [] }, { ignored: null }]) {
    equal("ignored" in await desk.buy("1", "100", more), false);
  }
});

deskTest("list_alerts has them of every alert", {}, async (desk) => {
  for (const more of [{ ignored }, {}, { ignored: [] }, { ignored: null }]) await desk.buy("1", "100", more);
  const rows = await desk.sql`
    select l.ignored from public.list_alerts(${desk.account}) l order by l.id::bigint`;
  deepEqual(rows.map(({ ignored }) => ignored), [ignored, [], [], []]);
});
