import { createHash } from "node:crypto";
import { marksOf } from "../../src/bot/marks.ts";
import { receiptsOf } from "../../src/bot/receipts.ts";
import type { Delivery, HookAttempt } from "../../src/gate/ports.ts";
import type { GitHub, Sent } from "./github.ts";
import type { Fate } from "./script.ts";
import { REPOSITORY } from "./world.ts";

/** What GitHub sends on its way to us, each with its fate, and the list that GitHub keeps of its attempts. */
export class Post {
  readonly github: GitHub;
  readonly inbox: Sent[] = [];
  /** Oldest first. */
  readonly attempts: HookAttempt[] = [];
  readonly #fates: readonly Fate[];
  readonly #at: (delay: number, run: () => void) => void;
  #sent = 0;

  /** @param at runs something so many calls later. */
  constructor(github: GitHub, fates: readonly Fate[], at: (delay: number, run: () => void) => void) {
    this.github = github;
    this.#fates = fates;
    this.#at = at;
  }

  dispatch(): void {
    for (; this.#sent < this.github.sent.length; this.#sent++) {
      const sent = this.github.sent[this.#sent]!;
      const fate = this.#fateOf(this.#sent);
      if (fate === "lost" || fate === "gone") this.#attempt(sent);
      else if (fate === "twice") for (const delay of [0, 30]) this.#at(delay, () => this.#arrive(sent));
      else this.#at(fate === "now" ? 0 : fate.later, () => this.#arrive(sent));
    }
  }

  /** Sends the delivery of this attempt again. False = it is too long ago. */
  again(attemptId: number): boolean {
    const { guid } = this.attempts.find(({ id }) => id === attemptId)!;
    const index = this.github.sent.findIndex((sent) => sent.guid === guid);
    if (this.#fateOf(index) === "gone") return false;
    this.#at(0, () => this.#arrive(this.github.sent[index]!));
    return true;
  }

  /** The first comes before anything goes wrong. */
  #fateOf(index: number): Fate["fate"] | "now" {
    return index === 0 ? "now" : (this.#fates.find(({ delivery }) => delivery === index)?.fate ?? "now");
  }

  #arrive(sent: Sent): void {
    this.inbox.push(sent);
    this.#attempt(sent);
  }

  #attempt({ guid, event }: Sent): void {
    const { id: repositoryId, installationId } = REPOSITORY;
    this.attempts.push({ id: this.attempts.length + 1, guid, deliveredAt: this.github.stamp(), event, installationId, repositoryId });
  }
}

export function deliveryOf({ guid, event, payload }: Sent): Delivery {
  const body = JSON.stringify(payload);
  const action = typeof payload["action"] === "string" ? payload["action"] : null;
  const bodySha256 = createHash("sha256").update(body).digest("hex");
  return { guid, event, action, body, bodySha256, marks: marksOf(event, payload), receipts: receiptsOf(event, payload, guid) };
}
