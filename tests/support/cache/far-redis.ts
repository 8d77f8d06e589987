import { connect, createServer } from "node:net";
import { loopback } from "../../../local/ports.ts";
import { startRedis } from "./redis.ts";

/** A certificate of 127.0.0.1, its own authority, for a hundred years, and its key: for tests, worth nothing. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBiTCCAS6gAwIBAgIUMIS/eFUH0LGLbDV10nXdV2cded8wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIbG9vcGJhY2swIBcNMjYxMTI3MTEzMTU4WhgPMjEyNjExMDMx
MTMxNThaMBMxETAPBgNVBAMMCGxvb3BiYWNrMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEy9fr2VVAkNCgju9LdFzymQmsKQHveqPWUuVAMsO6asCq8SKxP1vJYEJU
JXXPKHbcWNQRAMbMWL1Xa/fHpR3dEqNeMFwwHQYDVR0OBBYEFE2YQX2uvImKQ0HE
sLJ8bVB0n3/jMB8GA1UdIwQYMBaAFE2YQX2uvImKQ0HEsLJ8bVB0n3/jMA8GA1Ud
EQQIMAaHBH8AAAEwCQYDVR0TBAIwADAKBggqhkjOPQQDAgNJADBGAiEAsrIeX/lE
N1rAjI7k2tQLI1BaDCQs3xY24EhCvYzMjUcCIQD1IFNE00z3scLlFDKBJG0RcHiY
ygXX0fegS1zdheSp8w==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2TwIhdJbsIpkshU5
cnKMiGntkpiS+yP0nvJNrVIneoehRANCAATL1+vZVUCQ0KCO70t0XPKZCawpAe96
o9ZS5UAyw7pqwKrxIrE/W8lgQlQldc8odtxY1BEAxsxYvVdr98elHd0S
-----END PRIVATE KEY-----
`;

/** A real Redis behind TLS at a distance. */
export interface FarRedis {
  url: string;
  token: string;
  /** Connections that were opened to it. */
  connections(): number;
  /** Requests that are there and not answered: what they take is none of the distance. */
  underWay(): number;
  stop(): Promise<void>;
}

/**
 * Starts a Redis so many milliseconds away, there and back; while it runs, `fetch` trusts its certificate. Like a network,
 * the distance delays every packet and lets none overtake another; opening a connection takes a round trip.
 */
export async function startFarRedis(roundTrip: number): Promise<FarRedis> {
  const redis = await startRedis();
  let underWay = 0;
  const tls = Deno.serve(
    { hostname: loopback, port: 0, cert: CERTIFICATE, key: KEY, onListen: () => {} },
    async (request) => {
      const { method, headers } = request;
      underWay++;
      try {
        const { pathname } = new URL(request.url);
        const answer = await fetch(redis.url + pathname, { method, headers, body: await request.text() });
        return new Response(await answer.bytes(), answer);
      } finally {
        underWay--;
      }
    },
  );
  const distance = await startDistance(tls.addr.port, roundTrip);
  // One request at a time on a connection, as with HTTP/1.1: the harder case.
  const client = Deno.createHttpClient({ caCerts: [CERTIFICATE], http2: false });
  const { fetch: real } = globalThis;
  globalThis.fetch = (input, init) => real(input, { ...init, client });
  return {
    url: `https://${loopback}:${distance.port}`,
    token: redis.token,
    connections: distance.connections,
    underWay: () => underWay,
    async stop() {
      globalThis.fetch = real;
      client.close();
      distance.stop();
      await tls.shutdown();
      await redis.stop();
    },
  };
}

/** A TCP proxy before a port of this machine that adds a network's distance. */
async function startDistance(target: number, roundTrip: number) {
  let connections = 0;
  const server = createServer((near) => {
    connections++;
    const far = connect(target, loopback);
    const opened = performance.now() + roundTrip;
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on("data", (bytes) => {
        const now = performance.now();
        setTimeout(() => to.destroyed || to.write(bytes), Math.max(opened, now) + roundTrip / 2 - now);
      });
      from.on("close", () => setTimeout(() => to.destroy(), roundTrip / 2));
      from.on("error", () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  const { port } = server.address() as { port: number };
  return { port, connections: () => connections, stop: () => void server.close() };
}
