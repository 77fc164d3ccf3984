// Calls the objects of the programs by RPC.

const OBJECTS = Array.from({ length: 100 }, (_, id) => ({
  id, name: `object ${id}`, text: "what one says and others hear", price: id + 0.5,
}));

const CALLS = {
  empty: (object) => object.empty(),
  upsert: (object, turn) => object.upsert("soup", turn),
  row: (object, turn) => object.row(turn % 1000),
  objects: (object) => object.objects(OBJECTS),
};

export default {
  // `?program=…&what=…&times=…`: calls so often, one after the other, and gives the last answer.
  // The clock stands still in here, so the time is taken outside.
  async fetch(request, env) {
    const query = new URL(request.url).searchParams;
    const [call, times] = [CALLS[query.get("what")], Number(query.get("times"))];
    const object = env[query.get("program")].getByName("bench");
    let answer;
    for (let turn = 0; turn < times; turn++) answer = await call(object, turn);
    return Response.json(answer ?? null);
  },
};
