import { useEffect, useMemo, useState } from "preact/hooks";
import { createApi } from "../api/client.ts";
import { type Connection, type Found, keepConnection } from "../api/connection.ts";
import { ConnectScreen } from "./connect-screen.tsx";
import { DeskScreen } from "./desk-screen.tsx";
import { SignInScreen } from "./sign-in-screen.tsx";

/** The page: which project, who is there, and then the desk. */
export function App({ first }: { first: Found | null }) {
  const [found, setFound] = useState(first);
  if (found === null) {
    const connect = (connection: Connection) => {
      keepConnection(connection);
      setFound({ connection, isEntered: true });
    };
    return <ConnectScreen onConnect={connect} />;
  }
  const disconnect = () => {
    keepConnection(null);
    setFound(null);
  };
  const { connection, isEntered } = found;
  return (
    <Session
      key={connection.url}
      connection={connection}
      onDisconnect={isEntered ? disconnect : null}
    />
  );
}

type SessionState = "unknown" | "out" | "in";

function Session(
  { connection, onDisconnect }: { connection: Connection; onDisconnect: (() => void) | null },
) {
  const client = useMemo(() => createApi(connection), [connection]);
  const isGiven = connection.user_jwt !== undefined;
  const [state, setState] = useState<SessionState>(isGiven ? "in" : "unknown");

  useEffect(() => {
    if (isGiven) return;
    const { data } = client.auth.onAuthStateChange((_event, session) =>
      setState(session === null ? "out" : "in")
    );
    return () => data.subscription.unsubscribe();
  }, [client]);

  if (state === "unknown") return <p class="waiting" role="status">Opening …</p>;
  if (state === "out") {
    return <SignInScreen client={client} url={connection.url} onDisconnect={onDisconnect} />;
  }
  const signOut = () => client.auth.signOut({ scope: "local" });
  return <DeskScreen client={client} connection={connection} onSignOut={isGiven ? null : signOut} />;
}
