import { useState } from "preact/hooks";
import { recall, remember } from "../store/preferences.ts";
import { IconButton } from "./icons.tsx";

export type Theme = "dark" | "light";

/** The theme chosen in this browser; null: as the system has it. */
export function savedTheme(): Theme | null {
  const saved = recall("theme");
  return saved === "dark" || saved === "light" ? saved : null;
}

/** Puts a theme on; null: the system's stays. */
export function applyTheme(theme: Theme | null): void {
  if (theme !== null) document.documentElement.dataset.theme = theme;
}

/** Changes between dark and light. */
export function ThemeSwitch() {
  const system: Theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const [theme, setTheme] = useState<Theme>(savedTheme() ?? system);
  const other: Theme = theme === "dark" ? "light" : "dark";
  const change = () => {
    remember("theme", other);
    applyTheme(other);
    setTheme(other);
  };
  return (
    <IconButton
      icon={other === "dark" ? "moon" : "sun"}
      label={`Change to the ${other} theme`}
      title={`${other} theme`}
      onClick={change}
    />
  );
}
