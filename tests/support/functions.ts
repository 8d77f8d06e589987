import { stack } from "./stack.ts";

/** What a function answered. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  // Whatever the function answers has the shape that the test then asserts; null when it is not JSON.
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** Sends a request to a function, with the development key unless told otherwise. */
export async function ask(
  path: string,
  { method = "GET", key = stack.api_key, body }: { method?: string; key?: string | null; body?: unknown } =
    {},
): Promise<Answered> {
  const response = await fetch(`${stack.api_url}/functions/v1${path}`, {
    method,
    headers: key === null ? {} : { "x-api-key": key },
    ...body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) },
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

/** Runs a tool. */
export const useTool = (
  tool: string,
  body?: unknown,
  key: string | null = stack.api_key,
): Promise<Answered> => ask(`/tools/${tool}`, { method: "POST", key, body });

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
