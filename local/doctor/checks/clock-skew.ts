import { type Check, fail, pass, skip } from "../check.ts";

/** Milliseconds: an alert's age, a lease's end and a signature's time are judged by different machines' clocks. */
const MOST = 5_000;

/** The clocks of this machine, the database and the functions agree. */
export const clockSkew: Check = {
  name: "clock-skew",
  judge({ database, functions }) {
    const answer = functions.live ?? functions.keyless;
    const clocks = [
      { name: "the database", ahead: database?.ok ? database.clockAheadMs : null },
      { name: "the functions", ahead: answer?.clockAheadMs ?? null },
    ].flatMap(({ name, ahead }) => ahead === null ? [] : [{ name, ahead }]);
    if (clocks.length === 0) return skip("no clock could be read");
    const inWords = clocks.map(({ name, ahead }) =>
      `${name} ${(Math.round(ahead / 100) / 10 + 0).toFixed(1)} s ahead`
    ).join(
      ", ",
    );
    if (clocks.every(({ ahead }) => Math.abs(ahead) <= MOST)) return pass(inWords);
    return fail(
      inWords,
      "Have this machine's clock set by NTP; if it is, ask the host of the one that is off.",
    );
  },
};
