/** Colors as the style sheet has them now. */
export interface Palette {
  text: string;
  line: string;
  accent: string;
  up: string;
  down: string;
}

/** Reads the style sheet's colors; `light-dark()` is resolved by giving each to an element. */
export function readPalette(host: HTMLElement): Palette {
  const probe = host.appendChild(document.createElement("i"));
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    text: read("--muted"),
    line: read("--line"),
    accent: read("--accent"),
    up: read("--up"),
    down: read("--down"),
  };
  probe.remove();
  return palette;
}
