// Bodies that are read in parts, from one side to the other.

export class Reader {
  constructor({ body }) {
    this.body = body;
  }

  // The next part, undefined at the end.
  async next() {
    this.reader ??= this.body?.getReader();
    const { done, value } = (await this.reader?.read()) ?? { done: true };
    if (done) return undefined;
    return value instanceof Uint8Array ? value : new Uint8Array(value);
  }

  cancel() {
    (this.reader ?? this.body)?.cancel().catch(() => {});
  }
}

// A stream whose parts are made when they are read: `next` returns the same, and ends the body if
// nobody reads on.
export function streamOf(next) {
  const source = {
    async pull(controller) {
      const part = await next(false);
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
    cancel: () => next(true),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
