/** What came of something that was tried: a problem, or a note. */
export type Message = { kind: "problem" | "note"; text: string };

/** A message, said to who cannot see it, too; null: none. */
export function Said({ message }: { message: Message | null }) {
  if (message === null) return null;
  return <p class={message.kind} role={message.kind === "problem" ? "alert" : "status"}>{message.text}</p>;
}
