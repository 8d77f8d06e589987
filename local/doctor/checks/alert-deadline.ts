import { type Check, fail, pass } from "../check.ts";

/** Milliseconds after which TradingView gives up, less a way there and back. */
const LATEST = 2_800;
const USUAL = 2_200;

/** An alert is answered before its sender gives up. */
export const alertDeadline: Check = {
  name: "alert-deadline",
  judge({ env: { ALERT_DEADLINE_MS: text } }) {
    const milliseconds = Number(text || USUAL);
    if (milliseconds >= 100 && milliseconds <= LATEST) {
      return pass(`alerts are answered within ${milliseconds} ms`);
    }
    return fail(
      `ALERT_DEADLINE_MS is not between 100 and ${LATEST}: TradingView gives up after 3000`,
      `Leave it out, which means ${USUAL}.`,
    );
  },
};
