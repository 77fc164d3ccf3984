// The container of an object.

export function containerOf(state) {
  return state.container ?? undefined;
}

export function start(container, options) {
  container.start(JSON.parse(options));
}

// Cloudflare's network writes the code into the message, a local runtime beside it.
export async function exitOf(container) {
  try {
    await container.monitor();
    return 0;
  } catch (error) {
    const written = /exit(?:ed with unexpected exit code)?: (\d+)$/i.exec(error?.message);
    const code = error?.exitCode ?? written?.[1];
    if (code === undefined) throw error;
    return Number(code);
  }
}

export function portOf(container, number) {
  const port = container.getTcpPort(number);
  return {
    // A redirect is for whoever has asked.
    fetch: (request, init) => port.fetch(request, { ...init, redirect: "manual" }),
    connect: (outgoing) => connect(port, outgoing),
  };
}

// Returns a response with what arrives.
async function connect(port, outgoing) {
  // The address leads nowhere: the port is known.
  const socket = port.connect("container:1", { allowHalfOpen: true });
  await socket.opened;
  // What breaks the connection is an error of what arrives.
  outgoing.pipeTo(socket.writable).catch(() => {});
  return new Response(socket.readable);
}
