/** Small choices that this browser remembers. */
type Preference = "theme" | "range" | "account" | "connection";

const nameOf = (preference: Preference) => `supabase-automation.${preference}`;

/** What was chosen before, or null. A browser that keeps nothing remembers nothing. */
export function recall(preference: Preference): string | null {
  try {
    return localStorage.getItem(nameOf(preference));
  } catch {
    return null;
  }
}

/** Remembers a choice; null forgets it. */
export function remember(preference: Preference, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(nameOf(preference));
    else localStorage.setItem(nameOf(preference), value);
  } catch {
    // It lasts as long as the page then.
  }
}
