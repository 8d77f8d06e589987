interface Choice {
  value: string;
  text: string;
}

/** A native list of choices, named for those who cannot see where it stands. */
export function Select(
  { label, value, choices, onPick }: {
    label: string;
    value: string;
    choices: readonly Choice[];
    onPick: (value: string) => void;
  },
) {
  return (
    <select
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onPick(event.currentTarget.value)}
    >
      {choices.map(({ value: each, text }) => (
        <option key={each} value={each} selected={each === value}>{text}</option>
      ))}
    </select>
  );
}
