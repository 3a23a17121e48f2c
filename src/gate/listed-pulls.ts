import type { KnownPull, ListedPull, SeenPull, SweepTask } from "./ports.ts";

/** GitHub tells whole seconds, and our clock may be this far off: what moved so lately may move again without a sign of it. */
const SETTLED_AFTER_MS = 30_000;
/** Copies of GitHub's database may be this far behind each other. */
export const OVERLAP_MS = 120_000;

/** How a pull request is listed, so that a difference is seen. */
export function fingerprint({ state, draft, headSha, baseRef, labels, updatedAt }: ListedPull, now: Date): string {
  const isSettled = now.getTime() - Date.parse(updatedAt) >= SETTLED_AFTER_MS;
  return JSON.stringify([state, draft, headSha, baseRef, labels, updatedAt, ...(isSettled ? [] : ["unsettled"])]);
}

export interface Compared {
  /** To be decided anew: not as the ledger has them. */
  readonly changed: readonly SeenPull[];
  /** Open, and as they were. */
  readonly same: readonly number[];
}

/** What of a list the ledger does not know yet. Nothing is decided here: one too many costs a look, one too few would be lost. */
export function compareListed(task: SweepTask, listed: readonly ListedPull[], known: readonly KnownPull[], now: Date): Compared {
  const byNumber = new Map(known.map((pull) => [pull.number, pull]));
  const changed: SeenPull[] = [];
  const same: number[] = [];
  for (const pull of listed) {
    const { number, headSha, baseRef } = pull;
    const seen = fingerprint(pull, now);
    const before = byNumber.get(number);
    if (pull.state === "closed" ? isUnheardClosing(task, pull, before, seen) : isNews(pull, before, seen))
      changed.push({ number, headSha, baseRef, seen });
    else if (pull.state === "open") same.push(number);
  }
  return { changed, same };
}

function isNews({ headSha, baseRef }: ListedPull, before: KnownPull | undefined, seen: string): boolean {
  if (before === undefined || before.seen !== seen) return true;
  // Marked for this very sight already; what is still to be done finds it.
  if (before.dirty) return false;
  return !before.open || before.headSha !== headSha || before.baseRef !== baseRef;
}

/** Closed or merged while nobody told; what was closed before anybody looked, or long ago, is no news. */
function isUnheardClosing(task: SweepTask, { closedAt }: ListedPull, before: KnownPull | undefined, seen: string): boolean {
  if (before !== undefined) return before.open && !(before.dirty && before.seen === seen);
  if (closedAt === null || task.sweptTo === null || task.sweptFrom === null) return false;
  const at = Date.parse(closedAt);
  return at > Date.parse(task.sweptTo) - OVERLAP_MS && at > Date.parse(task.sweptFrom);
}
