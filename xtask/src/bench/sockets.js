// What a broadcast is without the framework: the same work, written by hand.
import { DurableObject } from "cloudflare:workers";

export class Arena extends DurableObject {
  async fetch(request) {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("this path is for web sockets", { status: 426 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ id: crypto.randomUUID(), opened: Date.now(), name: "ann" });
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket, message) {
    let fields;
    try {
      fields = JSON.parse(message);
    } catch {
      return socket.send(JSON.stringify({ type: "error", message: "not JSON" }));
    }
    if (typeof fields.text !== "string") {
      return socket.send(JSON.stringify({ type: "error", message: "no text" }));
    }
    const { name } = socket.deserializeAttachment();
    const told = JSON.stringify({ type: "said", who: name, text: fields.text });
    switch (fields.type) {
      case "say":
        for (const each of this.ctx.getWebSockets()) {
          try {
            each.send(told);
          } catch {}
        }
        break;
      case "echo":
        return socket.send(told);
      default:
        return socket.send(JSON.stringify({ type: "error", message: "no such type" }));
    }
  }
}

export default {
  fetch(request, env) {
    const [, , name] = new URL(request.url).pathname.split("/");
    return env.ARENA.getByName(name).fetch(request);
  },
};
