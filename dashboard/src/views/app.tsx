import { useEffect, useMemo, useState } from "preact/hooks";
import { createApi } from "../api/client.ts";
import { type Connection, forgetConnection, keepConnection } from "../api/connection.ts";
import { ConnectScreen } from "./connect-screen.tsx";
import { DeskScreen } from "./desk-screen.tsx";
import { SignInScreen } from "./sign-in-screen.tsx";

/** The page: which project, who is there, and then the desk. */
export function App({ found }: { found: Connection | null }) {
  const [connection, setConnection] = useState(found);
  if (connection === null) {
    const connect = (entered: Connection) => {
      keepConnection(entered);
      setConnection(entered);
    };
    return <ConnectScreen onConnect={connect} />;
  }
  const disconnect = () => {
    forgetConnection();
    setConnection(null);
  };
  // A connection of config.json is the host's to change, not the reader's.
  return (
    <Session key={connection.url} connection={connection} onDisconnect={found === null ? disconnect : null} />
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
