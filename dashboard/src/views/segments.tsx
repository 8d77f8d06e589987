/** Buttons in a row of which one is pressed. */
export function Segments<Value extends string>(
  { label, choices, value, onPick }: {
    label: string;
    choices: readonly { value: Value; text: string }[];
    value: Value;
    onPick: (value: Value) => void;
  },
) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onPick(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </div>
  );
}
