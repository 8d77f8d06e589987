import { deepEqual } from "node:assert/strict";
import { deskTest } from "../support/desk.ts";
import { performance } from "../support/figures.ts";
import { day, holdFrom } from "../support/held.ts";

const options = { cash: "1000", settings: { leverage: null } };

deskTest(
  "what is held when a range begins or ends counts to its edges, with or without an alert in it",
  options,
  async (desk) => {
    await holdFrom(desk, 0, 11, [1, 2]);
    const of = async (from: number, to: number) => {
      const figures = await performance(desk.sql, desk.account, {
        from_time: day(from, "00:00:00"),
        to_time: day(to, "23:00:00"),
      });
      const { held_days, marked_days } = figures.coverage;
      return [held_days, marked_days, figures.max_drawdown, figures.average_mae_percent];
    };
    deepEqual(await of(0, 2), [2, 2, "0", null]);
    deepEqual(await of(0, 4), [4, 3, null, null]);
    deepEqual(await of(7, 9), [2, 0, null, null]);
    deepEqual(await of(7, 30), [4, 0, null, null]);
    deepEqual((await of(12, 30))[0], 0);
  },
);
