import { loopback } from "../../../local/ports.ts";

/** What the proxy does with a request instead of passing it on; null: it passes it on. */
export type Fault = ((pass: () => Promise<Response>) => Promise<Response>) | null;

/** An HTTP proxy before Redis that goes wrong as it is told. */
export interface FaultProxy {
  url: string;
  fault: Fault;
  /** Requests that came. */
  requests: number;
  stop(): Promise<void>;
}

/** Starts a proxy before `target`. */
export function startFaultProxy(target: string): FaultProxy {
  const stopping = new AbortController();
  const server = Deno.serve(
    { hostname: loopback, port: 0, onListen: () => {}, signal: stopping.signal },
    async (request) => {
      proxy.requests++;
      const body = await request.text();
      const { headers, method } = request;
      const { pathname } = new URL(request.url);
      const pass = () => fetch(target + pathname, { method, headers, body });
      return await (proxy.fault === null ? pass() : proxy.fault(pass));
    },
  );
  const proxy: FaultProxy = {
    url: `http://${loopback}:${server.addr.port}`,
    fault: null,
    requests: 0,
    async stop() {
      stopping.abort();
      await server.finished;
    },
  };
  return proxy;
}

/** An answer that never comes. The connection ends with the proxy. */
const never = () => new Promise<Response>(() => {});

/** The ways in which Redis goes wrong, by name. */
export function faults(): Record<string, Fault> {
  let count = 0;
  return {
    "hangs": never,
    "answers 500": () => Promise.resolve(Response.json({ error: "ERR internal" }, { status: 500 })),
    "answers 500 with HTML": () => Promise.resolve(new Response("<html>Bad Gateway</html>", { status: 500 })),
    "answers HTML": () =>
      Promise.resolve(new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } })),
    "answers JSON that is not Redis's": () => Promise.resolve(Response.json({ ok: true })),
    "begins an answer and never ends it": () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('[{"result":')) }),
        ),
      ),
    "loses every second answer": async (pass) => {
      const answer = await pass();
      if (++count % 2 === 0) return answer;
      await answer.body?.cancel();
      return await never();
    },
  };
}
