import { landings } from "./checked-landings.ts";
import { type Evidence, rest, short, truthAt, type Violation } from "./evidence.ts";
import type { History } from "./history.ts";
import { checkOf, type Ruling, rule } from "./judge.ts";
import { type Pull, shown } from "./world.ts";

/** Reads a history and the truth over time, and holds them against the invariants of the threat model. Shares no code with the gate. */
export function check(evidence: Evidence): readonly Violation[] {
  if (!evidence.rested) return [{ invariant: "I2", because: "work is left that never ends, after all faults have stopped", step: null }];
  return [
    ...noFalsePass(evidence),
    ...nothingLost(evidence),
    ...rightWhenHeard(evidence),
    ...rightAtRest(evidence),
    ...landings(evidence),
    ...monotone(evidence),
  ];
}

/** Rulings about the pull request over the worlds of a window, by instants; who is in the team may be older, back to `teamsFrom`. */
function rulings(evidence: Evidence, number: number, from: number, to: number, teamsFrom: number): readonly Ruling[] {
  const { past } = evidence;
  const startOf = (instant: number) =>
    Math.max(
      0,
      past.findLastIndex(({ at }) => at <= instant),
    );
  const teams = new Set(past.slice(startOf(teamsFrom)).flatMap(({ at, world }) => (at <= to ? [world.team] : [])));
  const found: Ruling[] = [];
  for (let index = startOf(from); index < past.length && past[index]!.at <= to; index++) {
    const truth = truthAt(evidence, index);
    const pull = truth.world.pulls.find((each) => each.number === number);
    if (pull !== undefined) for (const team of teams) found.push(rule({ ...truth, world: { ...truth.world, team } }, pull));
  }
  return found;
}

/** The work that a worker holds. */
interface Hold {
  readonly key: string;
  readonly at: number;
  /** When it last looked at the pull request; by a replica that lags, so much earlier. */
  lookedAt: number;
}

/**
 * I1. Whoever holds a pull request and writes a success, or leaves one when it is done: what GitHub shows then was right at one moment, at
 * least, since the last look before it (a member who left may still have counted since the work began: GitHub is asked once). What happens
 * on GitHub after that is the next work's business.
 */
function noFalsePass(evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  const holds = new Map<string, Hold>();
  const holders = new Map<string, string>();
  for (const event of evidence.history) {
    if (event.kind === "took") {
      holds.set(event.worker, { key: event.key, at: event.at, lookedAt: event.at });
      holders.set(event.key, event.worker);
    }
    if (event.kind === "looked") {
      const hold = holds.get(event.worker);
      const isOwn = hold !== undefined && Number(hold.key.split("#")[1]) === event.number;
      if (isOwn) hold.lookedAt = event.at - (event.stale ? evidence.lagMs : 0);
    }
    const isWrite = event.kind === "check" && event.conclusion === "success" && !event.late;
    const isEnd = event.kind === "end" && event.status === "evaluated";
    if (!isWrite && !isEnd) continue;
    const hold = holds.get(event.worker);
    // What an overtaken worker writes is its successor's to put right, and is asked for then.
    if (hold === undefined || holders.get(hold.key) !== event.worker) continue;
    if (isEnd && waitsForTwin(evidence, event, hold)) continue;
    const violation = showsUnearned(evidence, event, hold);
    if (violation !== null) found.push(violation);
  }
  return found;
}

function showsUnearned(
  evidence: Evidence,
  event: { readonly step: number; readonly at: number; readonly worker: string },
  { key, at, lookedAt }: Hold,
): Violation | null {
  const number = Number(key.split("#")[1]);
  const world = evidence.past.findLast((moment) => moment.at <= event.at)!.world;
  const pull = world.pulls.find((each) => each.number === number);
  const name = pull === undefined || pull.state === "closed" ? null : checkOf(pull.baseRef);
  if (pull === undefined || name === null || shown(world, pull.headSha, name)?.conclusion !== "success") return null;
  if (strayAt(evidence, shown(world, pull.headSha, name)!.id, event.at)) return null;
  const isBlurred = evidence.history.some((each) => each.kind === "fault" && each.worker === event.worker && each.fault === "stale");
  const blur = isBlurred ? evidence.lagMs : 0;
  const window = rulings(evidence, number, lookedAt - blur, event.at, at - blur);
  if (window.length === 0 || window.some((ruling) => ruling !== "fail")) return null;
  const because = `#${number} shows success on ${short(pull.headSha)} by ${event.worker}, and did not deserve it since it was last looked at`;
  return { invariant: "I1", because, step: event.step };
}

/**
 * Whether the holder could not write the check that stands there, since the write of another pull request with the same head was in flight. It
 * stays owed, and whoever holds that other one is taken over if it is gone: what is not right at rest is told then.
 */
function waitsForTwin(
  { history, past }: Evidence,
  { at, worker }: { readonly at: number; readonly worker: string },
  { key }: Hold,
): boolean {
  const { pulls } = past.findLast((moment) => moment.at <= at)!.world;
  const pull = pulls.find(({ number }) => number === Number(key.split("#")[1]));
  if (pull === undefined || !pulls.some(({ number, headSha }) => number !== pull.number && headSha === pull.headSha)) return false;
  const isIt = (event: History[number]) =>
    event.kind === "waits" && event.worker === worker && event.sha === pull.headSha && event.name === checkOf(pull.baseRef);
  return history.some((event) => event.at <= at && isIt(event));
}

/**
 * Whether the last write of this run by then was a stray one: of an effect that came long after it was sent, or of a worker that had been
 * overtaken. No fence reaches as far as GitHub; whoever is overtaken and lives makes its successor write again, and the sweeper sees the rest.
 */
function strayAt({ history }: Evidence, run: number, at: number): boolean {
  const keys = new Map<string, string>();
  const holders = new Map<string, string>();
  let isStray = false;
  for (const event of history) {
    if (event.at > at) break;
    if (event.kind === "took") {
      keys.set(event.worker, event.key);
      holders.set(event.key, event.worker);
    }
    if (event.kind === "check" && event.run === run) isStray = event.late || holders.get(keys.get(event.worker) ?? "") !== event.worker;
  }
  return isStray;
}

/** I2. What was acknowledged was looked at afterwards, by somebody who took it then and whose word stood. */
function nothingLost({ history }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const [index, event] of history.entries()) {
    if (event.kind !== "ack") continue;
    for (const key of event.keys) {
      let holder: string | null = null;
      let isSeen = false;
      for (const each of history.slice(index)) {
        if (each.kind === "took" && each.key === key) holder = each.worker;
        if (each.kind === "wrote" && each.key === key && each.worker === holder) isSeen = true;
      }
      if (!isSeen)
        found.push({
          invariant: "I2",
          because: `${event.guid} was acknowledged, and ${key} was never looked at after it`,
          step: event.step,
        });
    }
  }
  return found;
}

/** I2, before anything was looked at again by itself. */
function rightWhenHeard(evidence: Evidence): readonly Violation[] {
  const { heard, past, history } = evidence;
  if (heard === null) return [];
  const then = { ...evidence, past: past.slice(0, heard.index + 1), history: history.slice(0, heard.happened) };
  return rightAtRest(then, (run) => strayAt(then, run, heard.at));
}

/** I2. At rest every open pull request shows what it deserves, and no commit that was left behind shows a success. */
function rightAtRest(evidence: Evidence, isExcused: (run: number) => boolean = () => false): Violation[] {
  const found: Violation[] = [];
  const truth = truthAt(evidence, evidence.past.length - 1);
  const { world } = truth;
  const open = world.pulls.filter(({ state, baseRef }) => state === "open" && checkOf(baseRef) !== null);
  for (const pull of open) {
    const name = checkOf(pull.baseRef)!;
    const twins = open.filter(({ headSha, baseRef }) => headSha === pull.headSha && baseRef === pull.baseRef);
    const ruling = worst(twins.map((each) => rule(truth, each)));
    const shows = shown(world, pull.headSha, name);
    if (shows !== undefined && isExcused(shows.id)) continue;
    const says = shows === undefined ? "nothing" : (shows.conclusion ?? "in progress");
    if (ruling === "pass" && says !== "success") found.push(rest(`#${pull.number} deserves success, and shows ${says}`));
    if (ruling === "fail" && says === "success")
      found.push({ ...rest(`#${pull.number} deserves no success, and shows it`), invariant: "I1" });
    if (says === "nothing") found.push(rest(`#${pull.number} shows nothing`));
  }
  for (const run of world.runs) {
    if (run.conclusion !== "success" || shown(world, run.sha, run.name)?.id !== run.id) continue;
    const isMine = ({ headSha, baseRef }: Pull) => headSha === run.sha && run.name.startsWith(checkOf(baseRef) ?? "-");
    const stands = world.pulls.some((pull) => isMine(pull) && (pull.state === "open" || pull.merge !== null));
    if (!stands && !(isExcused(run.id) && isUntold(evidence, run.id)))
      found.push(rest(`${run.name} shows success on ${short(run.sha)}, which no open pull request stands on`));
  }
  return found;
}

/** Whether the ledger never heard, after this run was made, how its making had ended: then nothing is owed for it, and only a look finds it. */
function isUntold({ history }: Evidence, run: number): boolean {
  const index = history.findIndex((event) => event.kind === "check" && event.run === run);
  const made = history[index];
  if (made?.kind !== "check") return false;
  const { worker, sha, name } = made;
  return !history.slice(index).some((each) => each.kind === "told" && each.worker === worker && each.sha === sha && each.name === name);
}

function worst(rulings: readonly Ruling[]): Ruling {
  return rulings.includes("fail") ? "fail" : rulings.includes("either") ? "either" : "pass";
}

/** I5. */
function monotone({ records }: Evidence): Violation[] {
  const found: Violation[] = [];
  const newest = new Map<string, number>();
  for (const { key, version } of records.evaluations) {
    if (version !== (newest.get(key) ?? 0) + 1)
      found.push({ invariant: "I5", because: `${key}: version ${version} follows ${newest.get(key) ?? 0}`, step: null });
    newest.set(key, version);
  }
  for (const [index, { seq }] of records.policies.entries())
    if (seq !== index + 1) found.push({ invariant: "I5", because: `policy version ${seq} stands at place ${index + 1}`, step: null });
  return found;
}
