// A stand-in for the Docker Engine API on a unix socket: as much of it as workerd asks for, with
// plain processes of this machine in place of containers. It ends with its stdin, and everything
// that it has started ends with it. Argument: the path of the socket.
//
// What differs from an engine: images are names only, and an image is known if it is one of Node's;
// a program has no network of its own, so it is told by PORT where to listen, on 127.0.0.1 (the port
// that it was meant to have leads there); nothing restarts a program that fails.
//
// What a program writes goes to stderr.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { connect, createServer as createTcp } from "node:net";
import { unlinkSync } from "node:fs";

const [path] = process.argv.slice(2);

// What workerd puts in front of each container: all its connections go through that.
const PROXY_PORT = "39001/tcp";
const isProxy = (name) => name.endsWith("-proxy");

// By name.
const containers = new Map();

class Container {
  constructor(name, { Image, Cmd, Env }) {
    Object.assign(this, { name, image: Image, command: Cmd ?? [], env: Env ?? [] });
    this.status = "created";
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.removed = new Promise((resolve) => (this.remove = resolve));
  }

  start() {
    return isProxy(this.name) ? this.startProxy() : this.startProgram();
  }

  async startProgram() {
    const env = Object.fromEntries(this.env.map((line) => line.split(/=(.*)/s, 2)));
    // Where it listens, and where others think that it does.
    this.meant = Number(env.PORT ?? 8080);
    this.port = await freePort();
    const [program, ...args] = this.command;
    const { PATH } = process.env;
    this.program = spawn(program, args, {
      detached: true,
      env: { PATH, ...env, PORT: `${this.port}` },
      stdio: ["ignore", process.stderr, process.stderr],
    });
    this.status = "running";
    this.program.on("error", () => this.exited(127));
    this.program.on("exit", (code, signal) => this.exited(code ?? 128 + SIGNALS[signal]));
  }

  async startProxy() {
    const server = createServer((request, response) => response.end());
    server.on("connect", (request, client) => this.tunnel(request, client));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.port = server.address().port;
    this.program = { kill: () => (server.closeAllConnections(), server.close(() => this.exited(137))) };
    this.status = "running";
  }

  // Connects to the program that stands behind the proxy.
  tunnel(request, client) {
    const wanted = Number(request.headers["x-dst-addr"].split(":").pop());
    const behind = containers.get(this.name.slice(0, -"-proxy".length));
    const refuse = () => client.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    client.on("error", () => {});
    if (behind?.status !== "running" || behind.meant !== wanted) return refuse();
    const server = connect({ port: behind.port, host: "127.0.0.1", allowHalfOpen: true });
    server.once("error", refuse);
    server.once("connect", () => {
      server.removeListener("error", refuse);
      server.on("error", () => client.destroy());
      client.on("close", () => server.destroy());
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      client.pipe(server).pipe(client);
    });
  }

  exited(code) {
    this.status = "exited";
    this.end(code);
  }

  kill(signal) {
    if (isProxy(this.name)) return this.program.kill();
    // With all that it has started.
    try {
      process.kill(-this.program.pid, signal);
    } catch {
      this.exited(137);
    }
  }

  inspected() {
    const bound = [{ HostIp: "127.0.0.1", HostPort: `${this.port}` }];
    return {
      Id: this.name,
      State: { Status: this.status },
      Config: { Image: this.image },
      NetworkSettings: { Ports: isProxy(this.name) ? { [PROXY_PORT]: bound } : {} },
    };
  }
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

function freePort() {
  const probe = createTcp();
  return new Promise((resolve) => {
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// The answer to a request: a status, and JSON.
async function answer(method, url, body) {
  const { pathname, searchParams } = new URL(url, "http://engine");
  const [, kind, name, action] = pathname.split("/").map(decodeURIComponent);
  const asked = `${method} ${kind}`;
  if (asked === "GET networks") {
    return [200, { IPAM: { Config: [{ Gateway: "127.0.0.1", Subnet: "127.0.0.0/8" }] } }];
  }
  if (asked === "GET volumes") return [200, { Volumes: [] }];
  if (asked === "POST containers" && name === "create") return create(searchParams.get("name"), body);
  const container = kind === "containers" ? containers.get(name) : undefined;
  if (!container) return [404, { message: `there is no ${pathname}` }];
  const isRunning = container.status === "running";
  switch (`${method} ${action}`) {
    case "GET json":
      return [200, container.inspected()];
    case "POST start":
      if (isRunning) return [304];
      await container.start();
      return [204];
    case "POST wait":
      if (searchParams.get("condition") === "removed") await container.removed;
      return [200, { StatusCode: await container.ended }];
    case "POST kill":
      if (!isRunning) return [409, { message: "it does not run" }];
      container.kill(searchParams.get("signal"));
      return [204];
    case "DELETE undefined":
      if (isRunning) {
        container.kill("SIGKILL");
        await container.ended;
      }
      containers.delete(name);
      container.end(137);
      container.remove();
      return [204];
  }
  return [501, { message: `the stand-in does not do ${method} ${url}` }];
}

function create(name, settings) {
  if (containers.has(name)) return [409, { message: "the name is taken" }];
  const isKnown = isProxy(name) || /(^|\/)node:/.test(settings.Image);
  if (!isKnown) return [404, { message: `no such image: ${settings.Image}` }];
  if (!isProxy(name) && !settings.Cmd?.length) return [400, { message: "there is no entrypoint" }];
  containers.set(name, new Container(name, settings));
  return [201, { Id: name }];
}

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const body = text.startsWith("{") ? JSON.parse(text) : undefined;
  const [status, value] = await answer(request.method, request.url, body);
  const headers = value && { "content-type": "application/json" };
  response.writeHead(status, headers).end(value && JSON.stringify(value));
});
// A wait lasts for as long as a container.
server.requestTimeout = 0;

function stop() {
  for (const container of containers.values()) {
    if (container.status === "running") container.kill("SIGKILL");
  }
  try {
    unlinkSync(path);
  } catch {}
  process.exit();
}

process.stdin.on("end", stop).resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
try {
  unlinkSync(path);
} catch {}
server.listen(path, () => console.log("listening"));
