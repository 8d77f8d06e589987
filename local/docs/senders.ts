import fixture from "../../tests/fixtures/senders.json" with { type: "json" };
import { code, table } from "./regions.ts";

/** Each sender's message, and what it becomes: the tests read every one of them. */
export function senders(): string {
  return fixture.read.map(({ sender, note, message, becomes }) =>
    [`## ${sender}`, block(message), `Becomes ${fieldsOf(becomes).join(", ")}.`, note].join("\n\n")
  ).join("\n\n");
}

/** Messages that cannot be enough, why, and what they lack. */
export function refusedSenders(): string {
  return table(
    ["sender", "its message", "why it is not enough", "what to send"],
    fixture.refused.map(({ sender, message, why, instead }) => [sender, code(message), why, instead]),
  );
}

/** The message as one pastes it: JSON, or lines. */
function block(message: object): string {
  const [language, text] = Array.isArray(message)
    ? ["text", message.join("\n")]
    : ["json", JSON.stringify(message, null, 2)];
  return `\`\`\`${language} alert\n${text}\n\`\`\``;
}

/** Fields with their values, dotted where they nest. */
function fieldsOf(value: object, above = ""): string[] {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === "object" ? fieldsOf(each, `${above}${name}.`) : [`${code(above + name)} ${each}`]
  );
}
