/**
 * What a bundle has in place of the parts of supabase-js that call no RPC: users, files, sockets and other functions. They are
 * 196 of its 700 kB, and their making and compiling take 15 milliseconds of an isolate's start. The client makes some of them
 * whether it uses them or not, so they can be made. Who uses one is told why it is not there.
 */
class LeftOut {
  constructor() {
    return new Proxy(this, {
      get(target, name) {
        if (name in target || typeof name === "symbol") return Reflect.get(target, name);
        throw new Error(
          `this part of supabase-js (.${name}) is left out of the bundle: a function that makes a client of its own, by ` +
            "createClient, has all of it",
        );
      },
    });
  }

  /** The client gives its sockets a token when it is made. */
  setAuth(): void {}
}

export {
  LeftOut as AuthClient,
  LeftOut as FunctionRegion,
  LeftOut as FunctionsClient,
  LeftOut as FunctionsError,
  LeftOut as FunctionsFetchError,
  LeftOut as FunctionsHttpError,
  LeftOut as FunctionsRelayError,
  LeftOut as RealtimeClient,
  LeftOut as StorageApiError,
  LeftOut as StorageClient,
};
