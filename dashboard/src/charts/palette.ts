/** Colors as the style sheet has them now. */
export interface Palette {
  text: string;
  line: string;
  accent: string;
  up: string;
  down: string;
  /** The color of any other variable, such as `--series-1`. */
  of(variable: string): string;
}

/** Reads the style sheet's colors; `light-dark()` is resolved by giving each to an element. */
export function readPalette(host: HTMLElement): Palette {
  const read = (name: string) => {
    const probe = host.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  return {
    text: read("--muted"),
    line: read("--line"),
    accent: read("--accent"),
    up: read("--up"),
    down: read("--down"),
    of: read,
  };
}
