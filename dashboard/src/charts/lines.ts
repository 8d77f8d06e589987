/** A line of a chart of several. */
export interface Line {
  name: string;
  /** The variable of the style sheet that has its color. */
  color: string;
  stroke: "solid" | "dashed" | "dotted";
}

/** What each line was worth at a moment, in their order: numbers to draw, texts to tell. */
export interface LinesMoment {
  /** As the clock's `chartTime` has it. */
  time: number;
  values: readonly number[];
  labels: readonly string[];
}
