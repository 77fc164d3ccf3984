// What runs in the container: a web server on Node, without packages. It says hello, echoes over web
// sockets, and can be made to fail.

const { createHash } = require("node:crypto");
const { createServer } = require("node:http");

let [isWell, isStopping, requests] = [true, false, 0];
const sockets = new Set();

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://container");
  // How the actor asks whether it is well, and whether it is in use.
  if (pathname === "/health") {
    const open = requests + sockets.size;
    return response.writeHead(isWell ? 200 : 500).end(JSON.stringify({ open }));
  }
  requests += 1;
  response.on("close", () => ((requests -= 1), endIfDone()));
  switch (pathname) {
    case "/moved":
      return response.writeHead(302, { location: "/here" }).end();
    case "/slow":
      return setTimeout(() => response.end("at last"), Number(searchParams.get("ms") ?? 1000));
    case "/sick":
      isWell = false;
      return response.end("not well any more");
    case "/exit":
      return process.exit(Number(searchParams.get("code") ?? 1));
    default:
      return response.end(`${process.env.GREETING ?? "hello"} from ${pathname}`);
  }
});

// An echo, as much of RFC 6455 as it takes for short texts.
server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}\r\n\r\n`,
  );
  sockets.add(socket);
  socket.on("close", () => (sockets.delete(socket), endIfDone())).on("error", () => {});
  socket.on("end", () => socket.end());
  socket.on("data", (frame) => {
    const [kind, length] = [frame[0] & 15, frame[1] & 127];
    if (kind === 8) return socket.end(Buffer.from([0x88, 0]));
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]);
    socket.write(Buffer.concat([Buffer.from([0x80 | kind, length]), text]));
  });
});

// It is asked to stop: it takes nothing new, finishes what is under way, and tells who is connected
// that it goes away (1001).
process.on("SIGTERM", () => {
  isStopping = true;
  server.close();
  for (const socket of sockets) socket.end(Buffer.from([0x88, 2, 0x03, 0xe9]));
  endIfDone();
});

function endIfDone() {
  if (isStopping && requests + sockets.size === 0) process.exit(0);
}

server.listen(process.env.PORT);
