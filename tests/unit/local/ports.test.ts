import { equal, ok } from "node:assert/strict";
import { freePort } from "../../../local/ports.ts";

Deno.test("a process is given no port twice, and none out of another's share", () => {
  const ports = Array.from({ length: 200 }, freePort);
  equal(new Set(ports).size, ports.length);
  ok(Math.max(...ports) - Math.min(...ports) < 500, `${Math.min(...ports)} to ${Math.max(...ports)}`);
});
