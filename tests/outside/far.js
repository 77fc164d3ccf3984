// The other Worker.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

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

export class Mailer extends WorkerEntrypoint {
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

export default {
  fetch() {
    return new Response("far");
  },
};
