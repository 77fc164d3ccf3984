// A language model that speaks the common form of chat completions: it does what the user's words say.
const asked = new Map();

const encoder = new TextEncoder();

// In pieces that have nothing to do with characters or lines.
function pieces(text) {
  const bytes = encoder.encode(text);
  const { readable, writable } = new TransformStream();
  (async () => {
    const writer = writable.getWriter();
    for (let at = 0; at < bytes.length; at += 7) await writer.write(bytes.slice(at, at + 7));
    await writer.close();
  })();
  return readable;
}

const part = (content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

function answer(question) {
  if (question.includes("Which files")) return "I will write one.\n\n- one.txt: it\n";
  return question.includes("Write `") ? "```text\nWörter 👋\n```" : "All is well.";
}

export default {
  async fetch(request) {
    if (request.headers.get("authorization") !== "Bearer key") return new Response("", { status: 403 });
    const { messages } = await request.json();
    const wish = messages.find(({ role }) => role === "user").content;
    const count = asked.get(wish) ?? 0;
    asked.set(wish, count + 1);
    const text = answer(messages.at(-1).content).split(/(?<= )/).map(part).join("");
    if (wish === "refuse") return new Response("", { status: 401 });
    if (count === 0 && wish === "be busy") return new Response("", { status: 429 });
    if (count === 0 && wish === "break off") return new Response(pieces(text));
    if (count === 0 && wish === "talk nonsense") return new Response(pieces("data: {nonsense\n\n"));
    return new Response(pieces(`: hello\n\n${text}data: [DONE]\n\n`));
  },
};
