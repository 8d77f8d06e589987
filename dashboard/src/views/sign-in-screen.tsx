import { useRef, useState } from "preact/hooks";
import type { Client } from "../api/client.ts";
import { Door } from "./door.tsx";
import { type Message, Said } from "./controls.tsx";

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
