import { useEffect, useMemo, useState } from "preact/hooks";
import { createApi } from "../api/client.ts";
import { type Connection, type Found, keepConnection } from "../api/connection.ts";
import { DeskScreen } from "./desk-screen.tsx";
import { ConnectScreen, SignInScreen } from "./door.tsx";
import { Waiting } from "./panel.tsx";

/** The page: which project, who is there, and then the desk. */
export function App({ first }: { first: Found | null }) {
  const [found, setFound] = useState(first);
  /** Shows a project, at the next visit as well; null: none. */
  const show = (connection: Connection | null) => {
    keepConnection(connection);
    setFound(connection && { connection, isEntered: true });
  };
  if (found === null) return <ConnectScreen onConnect={show} />;
  const { connection, isEntered } = found;
  const onDisconnect = isEntered ? () => show(null) : null;
  return <Session key={connection.url} {...{ connection, onDisconnect }} />;
}

function Session(
  { connection, onDisconnect }: { connection: Connection; onDisconnect: (() => void) | null },
) {
  const client = useMemo(() => createApi(connection), [connection]);
  const isGiven = connection.user_jwt !== undefined;
  const [state, setState] = useState<"unknown" | "out" | "in">(isGiven ? "in" : "unknown");

  useEffect(() => {
    if (isGiven) return;
    const { data } = client.auth.onAuthStateChange((_event, session) =>
      setState(session === null ? "out" : "in")
    );
    return () => data.subscription.unsubscribe();
  }, [client]);

  if (state === "unknown") return <Waiting>Opening …</Waiting>;
  if (state === "out") {
    return <SignInScreen client={client} url={connection.url} onDisconnect={onDisconnect} />;
  }
  const signOut = () => client.auth.signOut({ scope: "local" });
  return <DeskScreen client={client} connection={connection} onSignOut={isGiven ? null : signOut} />;
}
