import type { ComponentChildren } from "preact";
import { Icon } from "./icons.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

/** The frame of the screens before the desk. */
export function Door(
  { title, lead, children }: { title: string; lead: ComponentChildren; children: ComponentChildren },
) {
  return (
    <main class="door">
      <div class="panel door-card">
        <div class="door-head">
          <span class="brand">
            <Icon name="brand" />Supabase Automation
          </span>
          <ThemeSwitch />
        </div>
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {children}
      </div>
    </main>
  );
}
