import { effect, signal } from "@preact/signals";
import { recall, remember } from "../store/preferences.ts";
import { IconButton } from "./icons.tsx";

type Theme = "dark" | "light";

const system = matchMedia("(prefers-color-scheme: dark)");

const saved = recall("theme");
/** The theme chosen in this browser, if any; it lasts as long as the page where nothing can be kept. */
let chosen: Theme | null = saved === "dark" || saved === "light" ? saved : null;
const wanted = (): Theme => chosen ?? (system.matches ? "dark" : "light");

/** What the page has on. */
export const theme = signal(wanted());
system.addEventListener("change", () => theme.value = wanted());
effect(() => void (document.documentElement.style.colorScheme = theme.value));

/** Changes between dark and light. */
export function ThemeSwitch() {
  const other: Theme = theme.value === "dark" ? "light" : "dark";
  const change = () => {
    chosen = other;
    remember("theme", other);
    theme.value = other;
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
