// Who sends to the queue that the Worker consumes.
export default {
  async fetch(request, env) {
    await env.JOBS.sendBatch((await request.json()).map((body) => ({ body })));
    return new Response("sent");
  },
};
