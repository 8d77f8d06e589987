import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Client } from "../api/client.ts";
import { checkConnection, type Connection } from "../api/connection.ts";
import { type Message, Said } from "./controls.tsx";
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

/** Signs in with Supabase Auth: by password, or by a link that comes by mail. */
export function SignInScreen(
  { client, url, onDisconnect }: { client: Client; url: string; onDisconnect: (() => void) | null },
) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<Message | null>(null);

  const attempt = async (work: (email: string, password: string) => Promise<Message | null>) => {
    const fields = new FormData(form.current ?? undefined);
    const email = String(fields.get("email"));
    if (!/^\S+@\S+$/.test(email)) {
      setMessage({ kind: "problem", text: "Enter the e-mail address of your user first." });
      return;
    }
    setBusy(true);
    setMessage(null);
    setMessage(await work(email, String(fields.get("password"))).catch(() => unreachable(url)));
    setBusy(false);
  };
  const withPassword = (event: SubmitEvent) => {
    event.preventDefault();
    void attempt(async (email, password) => {
      const { error } = await client.auth.signInWithPassword({ email, password });
      return error === null ? null : explain(error, url);
    });
  };
  const withLink = () =>
    attempt(async (email) => {
      const emailRedirectTo = location.origin + location.pathname;
      const { error } = await client.auth.signInWithOtp({
        email,
        options: { emailRedirectTo, shouldCreateUser: false },
      });
      return error === null
        ? { kind: "note", text: `A link is on its way to ${email}. Open it in this browser.` }
        : explain(error, url);
    });

  return (
    <Door title="Sign in" lead={`As a user of ${new URL(url).host}. You will see the accounts that you own.`}>
      <form ref={form} onSubmit={withPassword} noValidate>
        <label>
          E-mail
          <input name="email" type="email" autocomplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" />
        </label>
        <Said message={message} />
        <button type="submit" class="primary" disabled={busy}>Sign in</button>
        <button type="button" disabled={busy} onClick={withLink}>E-mail me a link instead</button>
      </form>
      {onDisconnect !== null && (
        <p class="note">
          <button type="button" class="link" onClick={onDisconnect}>Show another project</button>
        </p>
      )}
    </Door>
  );
}

function explain({ message, status }: { message: string; status?: number }, url: string): Message {
  if (status === undefined || status === 0 || status >= 500) return unreachable(url);
  return {
    kind: "problem",
    text: /invalid login/i.test(message) ? "This e-mail and password do not match a user." : `${message}.`,
  };
}

const unreachable = (url: string): Message => ({
  kind: "problem",
  text: `${new URL(url).host} does not answer. Check the project URL, and that the project is not paused.`,
});
