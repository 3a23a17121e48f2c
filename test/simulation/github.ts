import { firstWorld, Objects, OWNER, PEOPLE, type Pull, pullOf, REPOSITORY, type World } from "./world.ts";

/** One webhook, as GitHub signs it. */
export interface Sent {
  readonly guid: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A world, and from which call of the workers and which instant on it is true. */
export interface Moment {
  readonly step: number;
  readonly at: number;
  readonly world: World;
}

/** The true state and its past, and what is sent when it changes. */
export class GitHub {
  readonly objects = new Objects();
  readonly past: Moment[] = [];
  readonly sent: Sent[] = [];
  /** Milliseconds. */
  now: number;
  step = 0;
  #id = 1000;

  constructor(start: number) {
    this.now = start;
    this.past.push({ step: 0, at: start, world: firstWorld(this.objects, this.stamp()) });
  }

  get world(): World {
    return this.past.at(-1)!.world;
  }

  become(world: World): void {
    this.past.push({ step: this.step, at: this.now, world });
  }

  nextId(): number {
    this.#id += 1;
    return this.#id;
  }

  stamp(): string {
    return new Date(Math.floor(this.now / 1000) * 1000).toISOString().replace(".000Z", "Z");
  }

  /** A replica that has not heard of the last `ms`. */
  before(ms: number): World {
    const then = this.now - ms;
    return (this.past.findLast((moment) => moment.at <= then) ?? this.past[0]!).world;
  }

  send(event: string, payload: Readonly<Record<string, unknown>>): void {
    const { id, name } = REPOSITORY;
    const repository = { id, name, default_branch: "main", owner: { id: OWNER.id, login: OWNER.login } };
    const whole = { ...payload, repository, installation: { id: REPOSITORY.installationId } };
    this.sent.push({ guid: `delivery-${this.sent.length + 1}`, event, payload: whole });
  }

  sendPull(event: string, action: string, number: number, more: Readonly<Record<string, unknown>> = {}): void {
    this.send(event, { action, pull_request: payloadOf(pullOf(this.world, number)!), ...more });
  }
}

export function personOf(login: string): { readonly id: number; readonly login: string; readonly type: "User" } {
  return { id: PEOPLE[login]!, login, type: "User" };
}

function payloadOf({ number, headSha, headRef, baseRef, updatedAt }: Pull): object {
  const head = { sha: headSha, ref: headRef, repo: { id: REPOSITORY.id } };
  return { number, head, base: { ref: baseRef }, updated_at: updatedAt };
}
