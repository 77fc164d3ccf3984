// The examples' Worker as it is, and a look at what its objects have stored.
import { env } from "cloudflare:workers";
import Entry, * as built from "./index.js";

// What the Worker fetches, a test may answer.
if (env.NETWORK) globalThis.fetch = (...request) => env.NETWORK.fetch(...request);

const contexts = new Map();

function observed(Class) {
  return class extends Class {
    constructor(ctx, env) {
      super(ctx, env);
      contexts.set(ctx.id.toString(), ctx);
    }

    observe(id, statement) {
      return contexts.get(id).storage.sql.exec(statement).raw().toArray();
    }
  };
}

export const ChatRoom = observed(built.ChatRoom);
export const CodeAgent = observed(built.CodeAgent);
export const Deployment = observed(built.Deployment);
export const Notebook = observed(built.Notebook);
export const RateLimiter = observed(built.RateLimiter);
export const Session = observed(built.Session);
export const Site = observed(built.Site);
export const TaskQueue = observed(built.TaskQueue);
export const TaskWorker = observed(built.TaskWorker);
export const User = observed(built.User);

export default {
  async fetch(request, env, ctx) {
    const [, first, binding, name] = new URL(request.url).pathname.split("/");
    if (first !== "observe") return Entry.fetch(request, env, ctx);
    const stub = env[binding].getByName(decodeURIComponent(name));
    return Response.json(await stub.observe(stub.id.toString(), await request.text()));
  },
};
