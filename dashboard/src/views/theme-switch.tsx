import { effect, signal } from "@preact/signals";
import { recall, remember } from "../store/preferences.ts";
import { IconButton } from "./icons.tsx";

type Theme = "dark" | "light";

const system = matchMedia("(prefers-color-scheme: dark)");

/** The theme chosen in this browser, else the system's. */
function chosenTheme(): Theme {
  const saved = recall("theme");
  return saved === "dark" || saved === "light" ? saved : system.matches ? "dark" : "light";
}

/** What the page has on. */
export const theme = signal(chosenTheme());
system.addEventListener("change", () => theme.value = chosenTheme());
effect(() => void (document.documentElement.style.colorScheme = theme.value));

/** Changes between dark and light. */
export function ThemeSwitch() {
  const other: Theme = theme.value === "dark" ? "light" : "dark";
  const change = () => {
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
