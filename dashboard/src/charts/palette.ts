/** A color as the style sheet has it now, by its variable, such as `--accent`. */
export type Palette = (variable: string) => string;

/** Reads the style sheet's colors; `light-dark()` is resolved by giving each to an element. */
export const paletteOf = (host: HTMLElement): Palette => (variable) => {
  const probe = host.appendChild(document.createElement("i"));
  probe.style.color = `var(${variable})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};
