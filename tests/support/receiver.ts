/** A request that a receiver got. */
export interface Received {
  path: string;
  headers: Headers;
  body: string;
}

/** A receiver of webhooks on this machine. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Resolves once `count` requests came. */
  got(count: number, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; `answer` says what each request gets, by its number from 0. */
export function startReceiver(
  answer: (number: number, request: Request) => Response | Promise<Response> = () =>
    new Response(null, { status: 204 }),
): Receiver {
  const received: Received[] = [];
  const gone = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: gone.signal },
    async (request) => {
      const body = await request.text();
      const number = received.push({ path: new URL(request.url).pathname, headers: request.headers, body }) -
        1;
      return await answer(number, request);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    received,
    got: (count, withinMs = 60_000) =>
      eventually(() => received.length >= count, `${count} requests`, withinMs),
    async stop() {
      gone.abort();
      await server.finished;
    },
  };
}

/** What a raw receiver does with a connection; it closes the connection itself. */
export function startRawReceiver(
  serve: (connection: Deno.Conn) => Promise<void>,
): { url: string; count(): number; stop(): void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accept = async () => {
    for await (const connection of listener) {
      connections.push(connection);
      // Whoever sent may hang up first.
      void serve(connection).catch(() => {});
    }
  };
  void accept().catch(() => {});
  function stop(): void {
    listener.close();
    // An isolate does not end before those that it waits for.
    for (const connection of connections) {
      try {
        connection.close();
      } catch {
        // It is closed.
      }
    }
  }
  return { url: `http://127.0.0.1:${listener.addr.port}`, count: () => connections.length, stop };
}

/** Waits until something holds. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 60_000,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!await holds()) {
    if (performance.now() > until) throw new Error(`not in ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
