import { TruthError } from "../../src/gate/ports.ts";
import type { Wire } from "./face.ts";
import type { GitHub } from "./github.ts";
import type { Event, Fault, Target } from "./script.ts";
import type { World } from "./world.ts";

/** How far a replica lags at most. */
export const LAG_MS = 3000;
/** What one call takes, by the virtual clock. */
const CALL_MS = 40;
/** Calls until an effect that was on its way arrives, at most. */
const LATE_CALLS = 120;

/** One process, as far as it can stand still or end. What it awaited when it ended never comes back. */
export interface Worker {
  readonly name: string;
  dead: boolean;
  /** Waits for this count of calls; null = runs. */
  until: number | null;
  resume: (() => void) | null;
  /** Told when it stands still or is gone. */
  halted: () => void;
}

/** Owns every call that leaves a worker: what happens before it, what becomes of it, and who goes on. */
export class Scheduler {
  readonly github: GitHub;
  readonly onAct: (event: Extract<Event, { do: unknown }>) => void;
  /** Deliveries and other things that come by themselves at a count of calls. */
  readonly later: { readonly at: number; readonly run: () => void }[] = [];
  #events: readonly Event[] = [];
  #next = 0;
  #armed: Exclude<Event, { do: unknown }>[] = [];
  faultsAllowed = true;

  constructor(github: GitHub, onAct: (event: Extract<Event, { do: unknown }>) => void) {
    this.github = github;
    this.onAct = onAct;
  }

  begin(events: readonly Event[]): void {
    this.#events = events;
  }

  get step(): number {
    return this.github.step;
  }

  /** The count at which something happens next by itself; null = nothing will. */
  nextAt(): number | null {
    const event = this.#events[this.#next];
    const own = this.later.map(({ at }) => at);
    const all = event === undefined ? own : [event.at, ...own];
    return all.length === 0 ? null : Math.min(...all);
  }

  /** Everything that is due at this count; gives what hits the call that comes now. */
  #due(): void {
    for (let event = this.#events[this.#next]; event !== undefined && event.at <= this.step; event = this.#events[this.#next]) {
      this.#next += 1;
      if ("do" in event) this.onAct(event);
      else this.#armed.push(event);
    }
    this.#runLater();
  }

  /** What hits this call, of all that waits for one like it. */
  #hits(what: string): { fault: Fault | null; pause: number | null } {
    const targets = ["any", targetOf(what)];
    const hits = this.#armed.filter(({ on }) => targets.includes(on));
    this.#armed = this.#armed.filter((each) => !hits.includes(each));
    let fault: Fault | null = null;
    let pause: number | null = null;
    for (const hit of hits)
      if ("fault" in hit) fault = hit.fault;
      else pause = hit.pause;
    return { fault, pause };
  }

  #runLater(): void {
    for (let index = this.later.length - 1; index >= 0; index--) {
      const one = this.later[index]!;
      if (one.at > this.step) continue;
      this.later.splice(index, 1);
      one.run();
    }
  }

  /** Nobody works: time goes on to what happens next. */
  idle(): boolean {
    const at = this.nextAt();
    if (at === null) return false;
    this.pass(at);
    this.#due();
    return true;
  }

  /** Nobody calls until this count. */
  pass(step: number): void {
    const calls = Math.max(0, step - this.step);
    this.github.step += calls;
    this.github.now += calls * CALL_MS;
  }

  async #call<T>(worker: Worker, what: string, run: (fault: Fault | null) => Promise<T>): Promise<T> {
    if (worker.dead) return never();
    this.github.step += 1;
    this.github.now += CALL_MS;
    this.#due();
    const { fault, pause } = this.#hits(what);
    if (pause !== null && this.faultsAllowed) await this.#standStill(worker, this.step + pause);
    if (worker.dead) return never();
    if (fault === null || !this.faultsAllowed) return run(null);
    if (fault === "crash_before" || fault === "crash_after" || fault === "crash_late") return this.#crash(worker, fault, run);
    this.onFault?.(worker, what, fault);
    return run(fault);
  }

  onVerb: ((worker: Worker, verb: string, given: readonly unknown[], answer: unknown) => void) | undefined;
  onRead: ((worker: Worker, what: string, stale: boolean) => void) | undefined;
  onFault: ((worker: Worker, what: string, fault: Fault) => void) | undefined;

  async #crash<T>(worker: Worker, fault: Fault, run: (fault: Fault | null) => Promise<T>): Promise<T> {
    this.onFault?.(worker, "crash", fault);
    const effect = fault === "crash_before" ? null : run(fault === "crash_late" ? "late" : null).catch(() => null);
    worker.dead = true;
    worker.halted();
    await effect;
    return never();
  }

  #standStill(worker: Worker, until: number): Promise<void> {
    worker.until = until;
    const waiting = new Promise<void>((resolve) => {
      const before = worker.resume;
      worker.resume = () => {
        before?.();
        resolve();
      };
    });
    worker.halted();
    return waiting;
  }

  wire(worker: Worker): Wire {
    const fail = (what: string, fault: Fault): TruthError =>
      fault === "refused" ? new TruthError(what, "auth", `${what}: 403`) : new TruthError(what, "network", `${what}: no answer`);
    return {
      read: <T>(what: string, answer: (world: World) => T) =>
        this.#call(worker, what, async (fault) => {
          if (fault === null || fault === "stale") {
            this.onRead?.(worker, what, fault === "stale");
            return answer(fault === null ? this.github.world : this.github.before(LAG_MS));
          }
          throw fail(what, fault);
        }),
      write: <T>(what: string, effect: (late: boolean) => T) =>
        this.#call(worker, what, async (fault) => {
          if (fault === null || fault === "stale") return effect(false);
          if (fault === "after") effect(false);
          if (fault === "late") this.later.push({ at: this.step + lateness(this.step), run: () => void effect(true) });
          throw fail(what, fault);
        }),
    };
  }

  /** The ledger as this worker reaches it: a connection can be lost before the commit or after it. */
  ledger<L extends object>(worker: Worker, ledger: L): L {
    // Made as they are asked for: a worker calls a dozen of a hundred.
    return new Proxy(ledger, { get: (verbs, name) => this.#verb(worker, String(name), verbs[name as keyof L]) });
  }

  #verb(worker: Worker, name: string, verb: unknown): unknown {
    if (typeof verb !== "function") return verb;
    return (...given: unknown[]) =>
      this.#call(worker, name, async (fault) => {
        if (fault === null || fault === "stale" || fault === "after") {
          const answer = await verb(...given);
          this.onVerb?.(worker, name, given, answer);
          if (fault !== "after") return answer;
        }
        throw new Error(`${name}: the connection to the database is lost`);
      });
  }
}

function targetOf(what: string): Target | null {
  if (what === "people") return what;
  if (what === "create check" || what === "update check") return "check";
  return ["saveEvaluation", "finishWork", "approveActiveDraft", "recordIncident", "moveWatermark"].includes(what) ? "save" : null;
}

/** Spread without dice: a replay of a part of a script is late by as much as the whole was. */
function lateness(step: number): number {
  return 1 + ((step * 37) % LATE_CALLS);
}

function never(): Promise<never> {
  return new Promise(() => {});
}
