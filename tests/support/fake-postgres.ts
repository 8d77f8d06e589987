/** A server in the place of Postgres that says what a test tells it to, and then closes. */

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const number = (value: number) => new Uint8Array(new Int32Array([value]).buffer).reverse();
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));
const message = (type: string, ...parts: Uint8Array[]): Uint8Array => {
  const body = join(...parts);
  return join(encode(type), number(body.length + 4), body);
};

/** What a server asks a client for, in the order of the protocol's numbers. */
export const askPassword = message("R", number(3));
export const askMd5 = message("R", number(5), number(7));
export const askSasl = message("R", number(10), encode("SCRAM-SHA-256\0\0"));
/** Says that it goes on with SASL, and how, in no way that there is. */
export const mangledSasl = message("R", number(11), encode("nonsense"));
/** An authentication message that ends before it says of which kind it is. */
export const mangledAuthentication = message("R");
/** A row that nobody asked for. */
export const strayRow = message("D", new Uint8Array(2));

const ready = message("Z", encode("I"));
/** Lets a client in. */
export const welcome = join(
  message("R", number(0)),
  message("S", encode("server_version\0" + "17\0")),
  ready,
);
/** Answers the driver's question for the array types: none. */
export const noTypes = join(
  message("1"),
  message("T", new Uint8Array(2)),
  message("2"),
  message("C", encode("SELECT 0\0")),
  ready,
);
/** Answers a statement that returns nothing. */
export const done = join(message("C", encode("SET\0")), ready);
/** Says no, with a code of Postgres. */
export const refusal = (code: string): Uint8Array =>
  message("E", encode(`SFATAL\0VFATAL\0C${code}\0Mno\0\0`));

/** A client as the server sees it. */
export interface Client {
  /** What it sends next, or the first bytes of it; null at its end. */
  read(bytes?: number): Promise<Uint8Array | null>;
  say(bytes: Uint8Array): Promise<unknown>;
}

export interface FakePostgres extends AsyncDisposable {
  url: string;
  /** Connections that were made to it. */
  readonly connections: number;
}

/** Serves each client with `talk`, and closes its connection then. What a client left unread is reset. */
export function fakePostgres(talk: (client: Client) => Promise<unknown>): FakePostgres {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const serving = (async () => {
    const talks: Promise<void>[] = [];
    for await (const connection of listener) {
      connections += 1;
      talks.push(serve(connection));
    }
    await Promise.all(talks);
  })();

  async function serve(connection: Deno.TcpConn): Promise<void> {
    const client: Client = {
      async read(bytes = 4_096) {
        const buffer = new Uint8Array(bytes);
        const count = await connection.read(buffer);
        return count === null ? null : buffer.subarray(0, count);
      },
      say: (bytes) => connection.write(bytes),
    };
    // A client may go away at any time.
    await talk(client).catch(() => {});
    connection.close();
  }

  return {
    url: `postgresql://postgres:secret@127.0.0.1:${listener.addr.port}/postgres`,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
