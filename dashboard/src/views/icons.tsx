/** Small drawings. They say nothing to a screen reader: the text beside them does. */
const paths = {
  brand: "M3 17 L9 10 L14 14 L21 5",
  copy: "M9 9h10v11H9zM5 15V4h10",
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  moon: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z",
  sun:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  out: "M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4",
} as const;

/** A button that shows a drawing alone, and is named for who cannot see it. */
export function IconButton({ icon, label, ...more }: {
  icon: keyof typeof paths;
  label: string;
  title?: string;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" class="quiet round" aria-label={label} {...more}>
      <Icon name={icon} />
    </button>
  );
}

/** One of the drawings, as high as the text around it. */
export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
