import assert from "node:assert/strict";
import { listScenarios, passing, serving, suitesOwnServer, withKey } from "../support/conformance.ts";
import { stack } from "../support/stack.ts";

/** Scenarios that ask for nothing of the suite's own. */
const AS_IT_IS = [
  "server-initialize",
  "ping",
  "tools-list",
  "resources-list",
  "prompts-list",
  "dns-rebinding-protection",
];

/** Those that call the suite's own tools, resources and prompts, which the function does not have: its code is given them. */
const WITH_THE_SUITES_OWN = [
  ...["tools-call-simple-text", "tools-call-error", "json-schema-2020-12"],
  ...["resources-read-text", "resources-templates-read"],
  ...["prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource"],
];

const NO_SESSION =
  "asks the client back, or remembers it: that needs a session, and an isolate that holds one may end at any time";
const NO_STREAM =
  "about streams of events, which a server may leave out, as the suite says: every answer is one JSON text";
const TEXT_ONLY = "an answer is figures and words: none is an image, a sound, a file or a page";

/** What is not offered, and why. */
const SKIPPED: Record<string, string> = {
  "logging-set-level": NO_SESSION,
  "tools-call-with-logging": NO_SESSION,
  "tools-call-with-progress": "no tool takes longer than eight seconds",
  "tools-call-sampling": NO_SESSION,
  "tools-call-elicitation": NO_SESSION,
  "elicitation-sep1034-defaults": NO_SESSION,
  "elicitation-sep1330-enums": NO_SESSION,
  "resources-subscribe": NO_SESSION,
  "resources-unsubscribe": NO_SESSION,
  "server-sse-polling": NO_STREAM,
  "server-sse-multiple-streams": NO_STREAM,
  "tools-call-image": TEXT_ONLY,
  "tools-call-audio": TEXT_ONLY,
  "tools-call-embedded-resource": TEXT_ONLY,
  "tools-call-mixed-content": TEXT_ONLY,
  "resources-read-binary": TEXT_ONLY,
  "prompts-get-with-image": TEXT_ONLY,
  "completion-complete": "nothing is completed: names of accounts and strategies are for the tools to read",
};

Deno.test("every scenario of MCP's own suite is passed, or skipped for a reason", async () => {
  const named = [...AS_IT_IS, ...WITH_THE_SUITES_OWN, ...Object.keys(SKIPPED)];
  assert.deepEqual((await listScenarios()).toSorted(), named.toSorted());
});

Deno.test("the function passes MCP's own suite as far as it asks for nothing of its own", async () => {
  const url = `${stack.api_url}/functions/v1/mcp`;
  const proxy = async (request: Request) => fetch(await withKey(request, stack.api_key, url));
  const passed = await serving(proxy, passing);
  assert.deepEqual(passed.toSorted(), AS_IT_IS.toSorted());
});

Deno.test("with the suite's own tools, resources and prompts it passes all that is not skipped", async () => {
  const passed = await serving(suitesOwnServer(), passing);
  assert.deepEqual(passed.toSorted(), [...AS_IT_IS, ...WITH_THE_SUITES_OWN].toSorted());
});
