import { equal } from "node:assert/strict";
import { inRepository } from "../../../local/paths.ts";
import { withFakeTime } from "../../support/fake-time.ts";

/** Not imported by name: it is checked with the page's own types, of which tests have none. */
const { startPulse }: {
  startPulse(read: () => Promise<number>, listener: { onBeat(): void; onFailure(): void }): () => void;
} = await import(`file://${inRepository("dashboard", "src", "store", "pulse.ts")}`);

Deno.test("a visible page asks every 900 ms, a hidden one never, and one that is seen again at once", async () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document: page });
  const show = (isVisible: boolean) => {
    page.hidden = !isVisible;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  await withFakeTime(async (time) => {
    let asked = 0;
    const stop = startPulse(() => Promise.resolve(++asked), { onBeat: () => {}, onFailure: () => {} });
    await time.advance(899);
    equal(asked, 1);
    await time.advance(1 + 900);
    equal(asked, 3);
    show(false);
    await time.advance(3_600_000);
    equal(asked, 3);
    show(true);
    await time.advance(0);
    equal(asked, 4);
    stop();
    await time.advance(10_000);
    equal(asked, 4);
  });
});
