import { createHash } from "node:crypto";
import { marksOf } from "../../src/bot/marks.ts";
import { receiptsOf } from "../../src/bot/receipts.ts";
import { branchWalker } from "../../src/gate/branch-routine.ts";
import type { GateDeps } from "../../src/gate/deps.ts";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import type { ContractComparer, Delivery } from "../../src/gate/ports.ts";
import { perform } from "./acts.ts";
import { createChecks, createConversation, createIssues, createProtection, createPulls } from "./face.ts";
import { GitHub, type Moment, type Sent } from "./github.ts";
import type { History } from "./history.ts";
import { checkOf } from "./judge.ts";
import type { SimulatedLedger } from "./ledger/memory-ledger.ts";
import { Scheduler, type Worker } from "./scheduler.ts";
import type { Script } from "./script.ts";
import { REPOSITORY, shown } from "./world.ts";

/** 2026-06-01T08:00:00Z */
const START = 1_780_300_800_000;
const WORKERS = 2;
const PASSING = ["not_applicable", "auto_approved", "approved", "overridden"];
/** A run that needs more jobs than this does not come to rest. */
const JOBS_MAX = 150;

export interface Run {
  readonly history: History;
  readonly past: readonly Moment[];
  readonly github: GitHub;
  /** False: after the faults had stopped, work was left for ever. */
  readonly rested: boolean;
}

export interface SimulationParts {
  readonly ledger: (github: GitHub) => SimulatedLedger;
  readonly comparer: ContractComparer;
}

/** Runs one script to its end, and on until everything is at rest: faults stop, lost deliveries come again, the walker goes round. */
export async function simulate(script: Script, parts: SimulationParts): Promise<Run> {
  return new Simulation(script, parts).run();
}

class Simulation {
  readonly script: Script;
  readonly github = new GitHub(START);
  readonly history: History = [];
  readonly scheduler: Scheduler;
  readonly ledger: SimulatedLedger;
  readonly comparer: ContractComparer;
  readonly lost: Sent[] = [];
  readonly busy: Job[] = [];
  #sent = 0;
  #jobs = 0;
  #routines = 0;

  constructor(script: Script, { ledger, comparer }: SimulationParts) {
    this.script = script;
    this.ledger = ledger(this.github);
    this.comparer = comparer;
    this.scheduler = new Scheduler(this.github, (event) => {
      if (event.do.act === "routine") this.#routines += 1;
      perform(this.github, event.do, script);
      this.#note({ kind: "act", act: event.do.act });
      this.#dispatch();
    });
    this.scheduler.onVerb = (worker, verb, given, answer) => this.#noteVerb(worker, verb, given, answer);
    this.scheduler.onRead = (worker, what, stale) => {
      if (what.startsWith("pull #")) this.#note({ kind: "looked", worker: worker.name, number: Number(what.slice(6)), stale });
    };
    this.scheduler.onFault = (worker, what, fault) => this.#note({ kind: "fault", worker: worker.name, what, fault });
  }

  /** What the checker wants to know of the ledger: who took which subject, and whose writing it let stand. */
  #noteVerb(worker: Worker, verb: string, given: readonly unknown[], answer: unknown): void {
    if (verb === "startWork" || verb === "startBranch") this.#note({ kind: "took", worker: worker.name, key: given[0] });
    const isWritten =
      verb === "finishWork" ||
      (verb === "moveWatermark" && answer === true) ||
      (verb === "saveEvaluation" && (answer as { status: string }).status === "saved" && (given[0] as { done: boolean }).done);
    const held = (given[0] as { work?: { key: string }; key?: string }) ?? {};
    if (isWritten) this.#note({ kind: "wrote", worker: worker.name, key: held.work?.key ?? held.key });
  }

  async run(): Promise<Run> {
    await this.#settleIn();
    await this.#work();
    this.scheduler.faultsAllowed = false;
    for (const sent of this.lost.splice(0)) await this.#deliver(sent);
    let rested = await this.#work();
    // Twice: what the walker finds is then recorded, and what that wakes is decided.
    for (let round = 0; round < 2 && rested; round++) {
      this.github.now += 300_000;
      await this.#sweep();
      this.#routines += 1;
      rested = await this.#work();
    }
    return { history: this.history, past: this.github.past, github: this.github, rested };
  }

  /** Installed and looked at once, before anything goes wrong: the branches have their watermarks. */
  async #settleIn(): Promise<void> {
    this.github.send("repository", { action: "edited" });
    this.#sent = this.github.sent.length;
    await this.#deliver(this.github.sent[0]!);
    this.#routines += 1;
    while (await this.#begin());
    this.github.step = 0;
    this.scheduler.begin(this.script.events);
  }

  /** Stands for the sweeper: a check on GitHub that is not what was decided last makes its pull request dirty. */
  async #sweep(): Promise<void> {
    for (const { number, state, baseRef, headSha } of this.github.world.pulls) {
      const name = checkOf(baseRef);
      if (state === "closed" || name === null) continue;
      const key = `${REPOSITORY.id}#${number}`;
      const decided = await this.ledger.latestEvaluation(key);
      const shows = shown(this.github.world, headSha, name)?.conclusion === "success";
      if (decided !== null && shows !== PASSING.includes(decided.decision.state)) await this.ledger.markDirty(key);
    }
  }

  #note(event: Record<string, unknown> & { readonly kind: string }): void {
    this.history.push({ step: this.github.step, at: this.github.now, ...event } as History[number]);
  }

  /** Sends what GitHub has to send, each with its fate. */
  #dispatch(): void {
    for (; this.#sent < this.github.sent.length; this.#sent++) {
      const sent = this.github.sent[this.#sent]!;
      const fate = this.script.fates.find(({ delivery }) => delivery === this.#sent)?.fate ?? "now";
      if (fate === "lost") this.lost.push(sent);
      else if (fate === "twice") this.#sendAt(sent, 0, 30);
      else this.#sendAt(sent, fate === "now" ? 0 : fate.later);
    }
  }

  #sendAt(sent: Sent, ...delays: number[]): void {
    for (const delay of delays) this.scheduler.later.push({ at: this.github.step + 1 + delay, run: () => void this.inbox.push(sent) });
  }

  readonly inbox: Sent[] = [];

  async #deliver(sent: Sent): Promise<void> {
    const outcome = await this.ledger.recordDelivery(deliveryOf(sent));
    this.#note({ kind: "ack", guid: sent.guid, keys: outcome.status === "recorded" ? outcome.subjects : [] });
  }

  /** Works until nothing is left to do and nothing more will happen. False: it does not end. */
  async #work(): Promise<boolean> {
    this.#jobs = 0;
    await this.#drain(() => true);
    return this.#jobs <= JOBS_MAX;
  }

  async #drain(goesOn: () => boolean): Promise<void> {
    while (goesOn() && this.#jobs <= JOBS_MAX) {
      this.#dispatch();
      for (const sent of this.inbox.splice(0)) await this.#deliver(sent);
      if (await this.#goOn()) continue;
      if (await this.#begin()) continue;
      if (this.#wakeFirst()) continue;
      if (!this.scheduler.idle()) return;
    }
  }

  /** Lets a worker go on whose time to stand still is over. */
  async #goOn(): Promise<boolean> {
    const job = this.busy.find(({ worker }) => worker.until !== null && worker.until <= this.github.step);
    if (job === undefined) return false;
    await this.#continue(job);
    return true;
  }

  #wakeFirst(): boolean {
    const standing = this.busy.filter(({ worker }) => worker.until !== null);
    const first = standing.sort((a, b) => a.worker.until! - b.worker.until!)[0];
    if (first === undefined) return false;
    const at = this.scheduler.nextAt();
    // Events that come before it wakes come first.
    if (at !== null && at < first.worker.until!) return this.scheduler.idle();
    this.scheduler.pass(first.worker.until!);
    return true;
  }

  async #begin(): Promise<boolean> {
    if (this.busy.length >= WORKERS) return false;
    if (this.#routines > 0) {
      this.#routines -= 1;
      await this.#start("routine", async (deps) => {
        await branchWalker.run(deps);
        return "done";
      });
      return true;
    }
    const waiting = await this.ledger.pendingSubjects(20);
    // What a worker that stands still holds is taken over by another: its time is up.
    const key = waiting[0];
    if (key === undefined) return false;
    await this.#start(key, async (deps) => (await evaluateSubject(deps, key)).status);
    return true;
  }

  async #start(key: string, work: (deps: GateDeps) => Promise<string>): Promise<void> {
    this.#jobs += 1;
    const worker: Worker = { name: `w${this.#jobs}-${this.history.length}`, dead: false, until: null, resume: null, halted: () => {} };
    const job: Job = { worker, ended: Promise.resolve() };
    this.busy.push(job);
    this.#note({ kind: "start", worker: worker.name, key });
    const halted = new Promise<void>((resolve) => {
      worker.halted = resolve;
    });
    job.ended = work(this.#deps(worker)).then(
      (status) => this.#end(job, key, status, null),
      (error: unknown) => this.#end(job, key, "failed", error),
    );
    await Promise.race([job.ended, halted]);
    if (worker.dead) this.#forget(job, key);
  }

  #end(job: Job, key: string, status: string, error: unknown): void {
    if (job.worker.dead) return;
    this.#note({ kind: "end", worker: job.worker.name, key, status, ...(error === null ? {} : { error: String(error) }) });
    this.busy.splice(this.busy.indexOf(job), 1);
  }

  #forget(job: Job, key: string): void {
    this.#note({ kind: "end", worker: job.worker.name, key, status: "crashed" });
    const at = this.busy.indexOf(job);
    if (at >= 0) this.busy.splice(at, 1);
  }

  async #continue(job: Job): Promise<void> {
    const { worker } = job;
    const halted = new Promise<void>((resolve) => {
      worker.halted = resolve;
    });
    worker.until = null;
    const { resume } = worker;
    worker.resume = null;
    resume?.();
    await Promise.race([job.ended, halted]);
    if (worker.dead) this.#forget(job, "");
  }

  #deps(worker: Worker): GateDeps {
    const { github, scheduler } = this;
    const wire = scheduler.wire(worker);
    return {
      ledger: scheduler.ledger(worker, this.ledger) as unknown as GateDeps["ledger"],
      pulls: createPulls(github, wire, this.script),
      checks: createChecks(github, wire, ({ id: run, sha, name, conclusion }, late) =>
        this.#note({ kind: "check", worker: worker.name, sha, name, conclusion, run, late }),
      ),
      issues: createIssues(github, wire),
      protection: createProtection(wire),
      conversation: createConversation(wire),
      clock: { now: () => new Date(github.now) },
      comparer: this.comparer,
    };
  }
}

interface Job {
  readonly worker: Worker;
  ended: Promise<void>;
}

function deliveryOf({ guid, event, payload }: Sent): Delivery {
  const body = JSON.stringify(payload);
  const action = typeof payload["action"] === "string" ? payload["action"] : null;
  const bodySha256 = createHash("sha256").update(body).digest("hex");
  return { guid, event, action, body, bodySha256, marks: marksOf(event, payload), receipts: receiptsOf(event, payload, guid) };
}
