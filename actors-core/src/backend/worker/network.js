// Requests to the network and to other Workers.

export function serviceOf(env, name) {
  const service = env[name];
  return typeof service?.fetch === "function" ? service : undefined;
}

export class Exchange {
  constructor(client, request) {
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.response = client?.fetch(request, { signal }) ?? fetch(request, { signal });
  }

  abort() {
    this.controller.abort();
  }
}
