import { compareListed, OVERLAP_MS } from "./listed-pulls.ts";
import type { Clock, Ledger, ListedPull, PullLists, SweepTask } from "./ports.ts";

export interface SweepDeps {
  readonly ledger: Pick<Ledger, "knownPulls" | "markSeen" | "markUnlisted" | "passBegins" | "endSweep">;
  readonly lists: PullLists;
  readonly clock: Clock;
}

/** What one installation may still cost in this round; counted down. */
export interface Allowance {
  calls: number;
  marks: number;
}

/** More pages than these moved since the last look: then everything open is passed through instead. */
const MOVED_PAGES_MAX = 10;

/**
 * Holds what GitHub lists of a repository's pull requests against the ledger, and marks what differs. What moved since the last look
 * costs one call however many are open; once an hour everything open is passed through, for what a list by time does not show. Whatever
 * does not fit into the allowance is gone on with at the next turn; nothing is remembered as seen that was not marked with it.
 */
export async function sweepRepository(deps: SweepDeps, task: SweepTask, allowance: Allowance, everyMs: number): Promise<void> {
  const moved = await sweepMoved(deps, task, allowance);
  let { pass } = task;
  let passed = false;
  if (moved.status !== "cut" && (pass !== null || task.isPassDue || moved.status === "too_many")) {
    pass ??= { page: 1, since: await deps.ledger.passBegins() };
    const page = await passOn(deps, task, pass, allowance);
    passed = page === null;
    pass = page === null ? null : { ...pass, page };
  }
  const isLeft = moved.status === "cut" || pass !== null;
  await deps.ledger.endSweep(task.repository.id, { sweptTo: moved.sweptTo, pass, passed, dueAfterMs: isLeft ? everyMs : null });
}

type Moved = { readonly status: "done" | "too_many" | "cut"; readonly sweptTo: string | null };

/** Open and closed, what moved last first, back to what was seen before. */
async function sweepMoved(deps: SweepDeps, task: SweepTask, allowance: Allowance): Promise<Moved> {
  const until = task.sweptTo === null ? null : Date.parse(task.sweptTo) - OVERLAP_MS;
  let newest: string | null = null;
  for (let page = 1; page <= MOVED_PAGES_MAX; page += 1) {
    if (allowance.calls <= 0) return { status: "cut", sweptTo: task.sweptTo };
    allowance.calls -= 1;
    const { pulls, last } = await deps.lists.page(task.repository, "updated", page);
    newest ??= pulls[0]?.updatedAt ?? task.sweptTo ?? task.watchedSince;
    // The first look only sets the mark: what is open is passed through, and what was closed before is none of our business.
    if (until === null) return { status: "done", sweptTo: newest };
    const recent = pulls.filter(({ updatedAt }) => Date.parse(updatedAt) >= until);
    if (!(await take(deps, task, recent, allowance))) return { status: "cut", sweptTo: task.sweptTo };
    if (last || recent.length < pulls.length) return { status: "done", sweptTo: newest };
  }
  return { status: "too_many", sweptTo: newest };
}

/** Everything open, a page at a time; the page to go on with, or null at the end. */
async function passOn(
  deps: SweepDeps,
  task: SweepTask,
  { page: first, since }: { readonly page: number; readonly since: string },
  allowance: Allowance,
): Promise<number | null> {
  for (let page = first; ; page += 1) {
    if (allowance.calls <= 0) return page;
    allowance.calls -= 1;
    const { pulls, last } = await deps.lists.page(task.repository, "open", page);
    if (!(await take(deps, task, pulls, allowance))) return page;
    if (!last) continue;
    if (allowance.marks <= 0) return page;
    const unlisted = await deps.ledger.markUnlisted(task.repository, since, allowance.marks);
    allowance.marks -= unlisted;
    return allowance.marks <= 0 ? page : null;
  }
}

/** False = not all that differs could be marked. */
async function take(deps: SweepDeps, task: SweepTask, pulls: readonly ListedPull[], allowance: Allowance): Promise<boolean> {
  const known = await deps.ledger.knownPulls(
    task.repository.id,
    pulls.map(({ number }) => number),
  );
  const { changed, same } = compareListed(task, pulls, known, deps.clock.now());
  const marked = changed.slice(0, allowance.marks);
  await deps.ledger.markSeen(task.repository, marked, same);
  allowance.marks -= marked.length;
  return marked.length === changed.length;
}
