import { branchWalker } from "../../src/gate/branch-routine.ts";
import { checkComparer } from "../../src/gate/compare-checks-routine.ts";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import { membershipRefresh } from "../../src/gate/membership-routine.ts";
import type { ContractComparer } from "../../src/gate/ports.ts";
import type { RecoveryDeps } from "../../src/gate/recovery-deps.ts";
import { redelivery } from "../../src/gate/redelivery-routine.ts";
import { type Routine, runDueRoutines } from "../../src/gate/routines.ts";
import { sweeper } from "../../src/gate/sweep-routine.ts";
import { perform } from "./acts.ts";
import { createChecks, createConversation, createIssues, createProtection, createPulls } from "./face.ts";
import { GitHub, type Moment, type Sent } from "./github.ts";
import type { History } from "./history.ts";
import type { SimulatedLedger } from "./ledger/memory-ledger.ts";
import { deliveryOf, Post } from "./post.ts";
import { createHooks, createLists, INSTALLED } from "./recovery-face.ts";
import { Scheduler, type Worker } from "./scheduler.ts";
import type { Script } from "./script.ts";

/** 2026-06-01T08:00:00Z */
const START = 1_780_300_800_000;
const WORKERS = 2;
/** What comes round by the clock and finds what no delivery told. */
const ROUTINES: readonly Routine<RecoveryDeps>[] = [branchWalker, redelivery, sweeper, checkComparer, membershipRefresh];
/** Of them, those that hold nothing against GitHub that was looked at before: the sweeper would hide what these leave undone. */
const HEARING: readonly Routine<RecoveryDeps>[] = [branchWalker, redelivery];
/**
 * When no fault comes any more: after so long these come round. Who is in a team is read once an hour; what may come late is looked for at
 * distances that double (`doubles`: after as long as everything took so far, at least).
 */
const ROUNDS = [
  { afterMs: 660_000, routines: HEARING, doubles: false },
  { afterMs: 150_000, routines: HEARING, doubles: false },
  { afterMs: 660_000, routines: ROUTINES, doubles: false },
  { afterMs: 3_660_000, routines: ROUTINES, doubles: true },
];
const TICK_MS = 31_000;
/** Of the open pull requests and the commits that were left, the checks of so many are compared in one round. */
const COMPARED_AT_ONCE = 2;
/** The queue has a job for each subject, and one that comes back each time does not keep the others waiting. */
const IN_ROW_MAX = 4;
/** A run that needs more jobs than this does not come to rest. */
const JOBS_MAX = 150;

export interface Run {
  readonly history: History;
  readonly past: readonly Moment[];
  readonly github: GitHub;
  /** When everything had been heard of that GitHub can still tell, and nothing had been looked at again by itself: place in `past` and in `history`. */
  readonly heard: { readonly index: number; readonly at: number; readonly happened: number };
  /** False: after the faults had stopped, work was left for ever. */
  readonly rested: boolean;
}

export interface SimulationParts {
  readonly ledger: (github: GitHub) => SimulatedLedger;
  readonly comparer: ContractComparer;
}

/** Runs one script to its end, and on until everything is at rest: faults stop, and every routine comes round twice. */
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
  readonly post: Post;
  readonly busy: Job[] = [];
  #jobs = 0;
  #latest: string | null = null;
  #inRow = 0;
  #routines = 0;
  #comesRound = ROUTINES;

  constructor(script: Script, { ledger, comparer }: SimulationParts) {
    this.script = script;
    this.ledger = ledger(this.github);
    this.comparer = comparer;
    this.scheduler = new Scheduler(this.github, (event) => {
      if (event.do.act === "routine") this.#routines += 1;
      perform(this.github, event.do, script);
      this.#note({ kind: "act", act: event.do.act });
      this.post.dispatch();
    });
    this.post = new Post(this.github, script.fates, (delay, run) => this.scheduler.later.push({ at: this.github.step + 1 + delay, run }));
    this.scheduler.onVerb = (worker, verb, given, answer) => this.#noteVerb(worker, verb, given, answer);
    this.scheduler.onRead = (worker, what, stale) => {
      if (what.startsWith("pull #")) this.#note({ kind: "looked", worker: worker.name, number: Number(what.slice(6)), stale });
    };
    this.scheduler.onFault = (worker, what, fault) => this.#note({ kind: "fault", worker: worker.name, what, fault });
  }

  /** What the checker wants to know of the ledger: who took which subject, and whose writing it let stand. */
  #noteVerb(worker: Worker, verb: string, given: readonly unknown[], answer: unknown): void {
    if (verb === "startWork" || verb === "startBranch") this.#note({ kind: "took", worker: worker.name, key: given[0] });
    if ((verb === "beginPublish" && answer === false) || verb === "endPublish") {
      const { headSha: sha, name } = given[0] as { readonly headSha: string; readonly name: string };
      this.#note({ kind: verb === "endPublish" ? "told" : "waits", worker: worker.name, sha, name });
    }
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
    let rested = await this.#work();
    let heard = this.#moment();
    for (const { afterMs, routines, doubles } of ROUNDS) {
      this.github.now += Math.max(afterMs, doubles ? this.github.now - START : 0);
      this.#comesRound = routines;
      rested &&= await this.#round();
      if (routines === HEARING) heard = this.#moment();
    }
    return { history: this.history, past: this.github.past, github: this.github, heard, rested };
  }

  #moment(): Run["heard"] {
    return { index: this.github.past.length - 1, at: this.github.now, happened: this.history.length };
  }

  /** Until the checks of each open pull request, and of each commit that was left, had their turn. */
  async #round(): Promise<boolean> {
    const { pulls, runs } = this.github.world;
    const open = pulls.filter(({ state }) => state === "open");
    const left = new Set(runs.filter(({ sha }) => !open.some(({ headSha }) => headSha === sha)).map(({ sha }) => sha));
    const ticks = this.#comesRound.includes(checkComparer) ? 1 + Math.ceil((open.length + left.size) / COMPARED_AT_ONCE) : 1;
    for (let tick = 0; tick < ticks; tick++) {
      this.github.now += TICK_MS;
      this.#routines += 1;
      if (!(await this.#work())) return false;
    }
    return true;
  }

  /** Installed and looked at once, before anything goes wrong: the branches have their watermarks. */
  async #settleIn(): Promise<void> {
    this.github.send("repository", { action: "edited" });
    this.post.dispatch();
    this.scheduler.idle();
    for (const sent of this.post.inbox.splice(0)) await this.#deliver(sent);
    this.#routines += 1;
    while (await this.#begin());
    this.github.step = 0;
    this.scheduler.begin(this.script.events);
  }

  #note(event: Record<string, unknown> & { readonly kind: string }): void {
    this.history.push({ step: this.github.step, at: this.github.now, ...event } as History[number]);
  }

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
      this.post.dispatch();
      for (const sent of this.post.inbox.splice(0)) await this.#deliver(sent);
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
      await this.#start("routines", async (deps, worker) => {
        await runDueRoutines(deps.ledger, this.#comesRound, deps, (name, error) =>
          this.#note({ kind: "failed", worker, name, error: String(error) }),
        );
        return "done";
      });
      return true;
    }
    const waiting = await this.ledger.pendingSubjects(20);
    // What a worker that stands still holds is taken over by another: its time is up.
    const key = (this.#inRow >= IN_ROW_MAX ? waiting.find((each) => each !== this.#latest) : undefined) ?? waiting[0];
    if (key === undefined) return false;
    this.#inRow = key === this.#latest ? this.#inRow + 1 : 1;
    this.#latest = key;
    await this.#start(key, async (deps) => (await evaluateSubject(deps, key)).status);
    return true;
  }

  async #start(key: string, work: (deps: RecoveryDeps, worker: string) => Promise<string>): Promise<void> {
    this.#jobs += 1;
    const worker: Worker = { name: `w${this.#jobs}-${this.history.length}`, dead: false, until: null, resume: null, halted: () => {} };
    const job: Job = { worker, ended: Promise.resolve() };
    this.busy.push(job);
    this.#note({ kind: "start", worker: worker.name, key });
    const halted = new Promise<void>((resolve) => {
      worker.halted = resolve;
    });
    job.ended = work(this.#deps(worker), worker.name).then(
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
    // It ended while one of several calls at once stood still: none of them comes back.
    if (worker.dead) return this.#forget(job, "");
    await Promise.race([job.ended, halted]);
    if (worker.dead) this.#forget(job, "");
  }

  #deps(worker: Worker): RecoveryDeps {
    const { github, scheduler } = this;
    const wire = scheduler.wire(worker);
    return {
      ledger: scheduler.ledger(worker, this.ledger) as unknown as RecoveryDeps["ledger"],
      pulls: createPulls(github, wire, this.script),
      checks: createChecks(github, wire, ({ id: run, sha, name, conclusion }, late) =>
        this.#note({ kind: "check", worker: worker.name, sha, name, conclusion, run, late }),
      ),
      issues: createIssues(github, wire),
      protection: createProtection(wire),
      conversation: createConversation(wire),
      clock: { now: () => new Date(github.now) },
      comparer: this.comparer,
      lists: createLists(wire),
      hooks: createHooks(github, wire, this.post),
      installed: INSTALLED,
      onAlarm: (says) => this.#note({ kind: "alarm", worker: worker.name, says }),
    };
  }
}

interface Job {
  readonly worker: Worker;
  ended: Promise<void>;
}
