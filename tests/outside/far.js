// The other Worker, which is also what is reached over the network.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

let cancelled = false;

const paths = {
  "/hello": ({ method, headers }) => new Response(`${method} ${headers.get("x-from")}`, { headers: { "x-far": "yes" } }),
  "/echo": ({ body }) => new Response(body),
  "/status": () => new Response("not now", { status: 503 }),
  "/moved": () => new Response(null, { status: 302, headers: { location: "/hello" } }),
  "/throws": () => {
    throw new Error("no answer from here");
  },
  "/never": () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  "/stalls": () => {
    const start = (controller) => controller.enqueue(new TextEncoder().encode("a part"));
    const pull = () => new Promise((resolve) => setTimeout(resolve, 60_000));
    const cancel = () => {
      cancelled = true;
    };
    return new Response(new ReadableStream({ start, pull, cancel }, { highWaterMark: 0 }));
  },
  "/headers": ({ url, headers }) => {
    const shown = [...headers].filter(([name]) => name.startsWith("x-") || name === "cookie");
    return new Response(`${url} ${shown.map(([name, value]) => `${name}=${value}`).sort().join("; ")}`);
  },
  "/cookies": () => {
    const headers = [["set-cookie", "a=1; Path=/"], ["set-cookie", "b=2"]];
    return new Response("", { headers });
  },
  "/no-content": () => new Response(null, { status: 204 }),
  "/teapot": () => new Response("short and stout", { status: 418 }),
  "/breaks": () => {
    let parts = 0;
    const pull = (controller) => {
      if (parts++ === 0) controller.enqueue(new TextEncoder().encode("a part"));
      else controller.error(new Error("it broke"));
    };
    return new Response(new ReadableStream({ pull }));
  },
  "/cancelled": () => new Response(`${cancelled}`),
  // 100 MB of zeros.
  "/large": () => {
    let parts = 1600;
    const pull = (controller) => {
      if (parts-- > 0) controller.enqueue(new Uint8Array(65_536));
      else controller.close();
    };
    return new Response(new ReadableStream({ pull }));
  },
  "/length": async ({ body }) => {
    let length = 0;
    for await (const part of body) length += part.length;
    return new Response(`${length}`);
  },
};

const named = (name, message) => Object.assign(new Error(message), { name });

export class Billing extends DurableObject {
  charges = 0;

  async charge(cents, note) {
    if (cents === 0) throw new Error("nothing to charge");
    this.charges += 1;
    const from = this.ctx.id.name;
    return { number: this.charges, from, at: new Date(cents), proof: new Uint8Array([cents]), note };
  }

  async forgive(number) {
    if (number > this.charges) throw named("NotFound", `no such receipt: ${number}`);
  }

  countArguments(...all) {
    return all.length;
  }
}

let flaky = 0;

export class Odd extends DurableObject {
  calls = 0;

  never() {
    return new Promise((resolve) => setTimeout(resolve, 60_000));
  }

  fails(times, name) {
    this.calls += 1;
    if (this.calls <= times) throw named(name, `call ${this.calls}`);
    return this.calls;
  }

  lost(times) {
    return this.fails(times, "Unavailable");
  }

  busy(times) {
    return this.fails(times, "Busy");
  }

  answer(what) {
    switch (what) {
      case "string": throw "a string";
      case "null": throw null;
      case "undefined": throw undefined;
      case "object": throw { message: "an object", name: "NotFound" };
      case "error": throw new TypeError("a type error");
      case "cause": throw new Error("outside", { cause: new Error("inside") });
      case "nothing": return;
      case "float": return 1.5;
      case "text": return "1";
      case "negative": return -1;
      case "function": return () => 1;
      case "promise": return Promise.resolve(7);
      case "reject": return Promise.reject(named("NotFound", "rejected"));
      case "map": return new Map([["a", 1]]);
      case "cycle": {
        const cycle = {};
        cycle.cycle = cycle;
        return cycle;
      }
    }
  }
}

export class Mailer extends WorkerEntrypoint {
  flaky() {
    flaky += 1;
    if (flaky % 2 === 1) throw named("Unavailable", "not yet");
    return 2;
  }

  async send(to) {
    if (to === "") throw named("InvalidArgument", "to whom?");
    return `sent to ${to}`;
  }
}

export class Elsewhere extends DurableObject {
  place(guest) {
    return `${guest} is there`;
  }
}

const said = (call) => call.then(String, ({ name, message }) => `${name}: ${message}`);

// Calls an actor with streams.
paths["/calls"] = async (_, { OUTSIDE }) => {
  const outside = OUTSIDE.getByName("called");
  const streamed = (text) => new Response(text).body;
  const back = await outside.back(streamed("some text"));
  return new Response([
    back instanceof ReadableStream,
    await new Response(back).text(),
    await outside.lengths("of", streamed("one"), 2, streamed("three")),
    await said(outside.back("some text")),
    await said(outside.back(new Uint8Array(36))),
    await said(outside.back()),
    await said(outside.kept(streamed("some text"))),
    await said(outside.lengths(streamed("one"), streamed("two"), 2, streamed("three"))),
    await said(outside.lengths("of", new Set(), 2, streamed("three"))),
  ].join("\n"));
};

export default {
  fetch: (request, env) => paths[new URL(request.url).pathname]?.(request, env) ?? new Response("far"),
};
