/** An error of MCP. The SDK's own writes its code into the message, as its client does again: people read it twice. */
export class ProtocolError extends Error {
  constructor(readonly code: number, message: string, readonly data?: unknown) {
    super(message);
  }
}
