import { useState } from "preact/hooks";
import { checkConnection, type Connection } from "../api/connection.ts";
import { Door } from "./door.tsx";
import { type Message, Said } from "./controls.tsx";

/** The first screen of a page without a `config.json`: which project to show. */
export function ConnectScreen({ onConnect }: { onConnect: (connection: Connection) => void }) {
  const [message, setMessage] = useState<Message | null>(null);
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const checked = checkConnection(String(form.get("url")), String(form.get("key")));
    if ("problem" in checked) setMessage({ kind: "problem", text: checked.problem });
    else onConnect(checked);
  };
  return (
    <Door
      title="Connect your project"
      lead="Both values are on the API settings page of your Supabase project, and both are public."
    >
      <form onSubmit={submit} noValidate>
        <label>
          Project URL
          <input
            name="url"
            type="url"
            placeholder="https://<project>.supabase.co"
            autocomplete="off"
            required
          />
        </label>
        <label>
          Publishable key
          <input name="key" placeholder="sb_publishable_…" autocomplete="off" spellcheck={false} required />
        </label>
        <Said message={message} />
        <button type="submit" class="primary">Connect</button>
      </form>
      <p class="note">
        To skip this screen for everybody, put both into <code>config.json</code> beside the page.
      </p>
    </Door>
  );
}
