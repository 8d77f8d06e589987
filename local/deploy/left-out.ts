/**
 * What a bundle has in place of the parts of supabase-js that call no RPC: users, files, sockets and other functions. They are
 * 200 of the 709 kB of the alerts function, and to load and make them takes 9 milliseconds of CPU of its start. The client
 * makes some of them whether it uses them or not, so these can be made, too. Their first use says why they are not there.
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
