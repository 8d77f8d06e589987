/** Buttons in a row of which one is pressed. */
export function Segments<Value extends string>({ label, choices, value, onPick }: {
  label: string;
  /** Each with what it is called. */
  choices: Readonly<Record<Value, string>>;
  value: Value;
  onPick: (value: Value) => void;
}) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {(Object.keys(choices) as Value[]).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === value}
          onClick={() => onPick(each)}
        >
          {choices[each]}
        </button>
      ))}
    </div>
  );
}

/** A native list of choices, named for those who cannot see where it stands. */
export function Select({ label, value, choices, onPick }: {
  label: string;
  value: string;
  choices: readonly { value: string; text?: string }[];
  onPick: (value: string) => void;
}) {
  return (
    <select
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onPick(event.currentTarget.value)}
    >
      {choices.map(({ value: each, text = each }) => (
        <option key={each} value={each} selected={each === value}>{text}</option>
      ))}
    </select>
  );
}

/** What came of something that was tried: a problem, or a note. */
export type Message = { kind: "problem" | "note"; text: string };

/** A message, said to who cannot see it, too; null: none. */
export function Said({ message }: { message: Message | null }) {
  if (message === null) return null;
  return <p class={message.kind} role={message.kind === "problem" ? "alert" : "status"}>{message.text}</p>;
}
