/** What is used of MCP's SDK. Its package gives the types of these modules under another path than their code. */
export { Server } from "@modelcontextprotocol/sdk/server";
export { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
export { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
export * as types from "@modelcontextprotocol/sdk/types.js";

/** An error of MCP. The SDK's own writes its code into the message, as its client does again: people read it twice. */
export class ProtocolError extends Error {
  constructor(readonly code: number, message: string, readonly data?: unknown) {
    super(message);
  }
}
