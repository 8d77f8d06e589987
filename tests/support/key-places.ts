/** One request of the webhook, without its address. */
export interface KeyedRequest {
  /** What follows `/alerts`. */
  query: string;
  headers: Record<string, string>;
  body: string;
}

/** Names of a body's field that may hold the key. */
export const KEY_FIELDS = [
  "key",
  "secret",
  "passphrase",
  "token",
  "apikey",
  "api_key",
  "auth_key",
  "signalToken",
  "password",
  "api_token",
  "auth_token",
  "privateKey",
  "bot_token",
];

/** Requests with the key in every place where it may stand, and where it may slip in beside. All are booked. */
export function requestsWithKey(key: string, account: string): KeyedRequest[] {
  const alert = { account, symbol: "SECRET", action: "buy", quantity: "1", price: "10" };
  let sent = 0;
  const request = (
    { query = "", headers = {}, ...fields }: {
      query?: string;
      headers?: Record<string, string>;
      [field: string]: unknown;
    },
  ): KeyedRequest => {
    const body = JSON.stringify({ ...alert, id: `alert ${++sent}`, ...fields });
    return { query, headers, body };
  };
  const slips = ["comment", "id", "nobody_knows_this"];
  return [
    request({ headers: { authorization: `Bearer ${key}` } }),
    request({ headers: { "x-api-key": key } }),
    request({ query: `/${key}` }),
    request({ query: `?key=${key}` }),
    ...KEY_FIELDS.map((field) => request({ [field]: key })),
    ...slips.map((field) => request({ [field]: `inside ${key}`, key })),
    ...slips.map((field) => request({ [field]: `beside ${key}`, headers: { "x-api-key": key } })),
    {
      query: "",
      headers: {},
      body: `account=${account}\nsymbol=SECRET\naction=buy\nquantity=1\nprice=10\nkey=${key}`,
    },
  ];
}

/** Requests with the key in every place that are refused. */
export function refusedWithKey(key: string): KeyedRequest[] {
  const query = `?key=${key}&account=${key}`;
  const fields = { symbol: "SECRET", action: "buy", quantity: "1", price: "10", key };
  return [
    { query, headers: {}, body: `{"key":"${key}", "symbol": }` },
    { query, headers: {}, body: JSON.stringify({ ...fields, symbol: key }) },
    { query, headers: {}, body: JSON.stringify({ ...fields, action: key, [key]: key }) },
    { query: `/${key}/${key}`, headers: { "x-request-id": key }, body: JSON.stringify(fields) },
  ];
}

/** The key without its prefix and checksum, in case a part of it is kept. */
export const heartOf = (key: string): string => key.slice(-72, -8);
