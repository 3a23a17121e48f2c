import { type HookPage, type HookPosition, TruthError } from "./ports.ts";
import type { RecoveryDeps } from "./recovery-deps.ts";
import type { Routine } from "./routines.ts";

const HOUR_MS = 3_600_000;
/** The app's own calls, of 5,000 in an hour: six rounds make at most 600 to read, and 1,200 to ask. */
const PAGES_MAX = 100;
const ASKED_MAX = 200;
/** Lists may lag, and an attempt is listed when it has ended. */
const OVERLAP_MS = 600_000;
/** GitHub keeps three days. */
const ALARM_AFTER_MS = 48 * HOUR_MS;

/** What GitHub tried to deliver and never came in: asked for again, so that receipts and wishes come too, which no state tells. */
export const redelivery: Routine<RecoveryDeps> = {
  name: "redelivery",
  everyMs: 600_000,
  async run(deps) {
    await alarm(deps, await deps.ledger.hookPosition());
    if (!(await readAttempts(deps))) return;
    for (const { guid, attemptId } of await deps.ledger.missingDeliveries(ASKED_MAX))
      await deps.ledger.recordAsked(guid, attemptId, !(await deps.hooks.redeliver(attemptId)));
  },
};

async function alarm(deps: RecoveryDeps, { reconciledTo }: HookPosition): Promise<void> {
  for (const missing of await deps.ledger.tellExpiring(ALARM_AFTER_MS, ASKED_MAX))
    deps.onAlarm("a delivery never came, and GitHub will soon no longer repeat it", missing);
  const isBehind = reconciledTo !== null && deps.clock.now().getTime() - Date.parse(reconciledTo) > ALARM_AFTER_MS;
  if (isBehind && (await deps.ledger.tellGap(reconciledTo)))
    deps.onAlarm("GitHub's list of deliveries was not read for days: what it no longer lists cannot be repeated", { reconciledTo });
}

/**
 * From the newest back to what was accounted for before, and on from there the next time when it is more. What was attempted since a walk
 * began that broke off is read as well, not a whole round later. False = GitHub keeps no list.
 */
async function readAttempts(deps: RecoveryDeps): Promise<boolean> {
  let position = await deps.ledger.hookPosition();
  let isOlder = position.walk !== null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await readPage(deps, position);
    if (page === null) return false;
    const { reconciledTo, walk } = position;
    // Whatever is attempted while this is read is found by the next one.
    const from = walk?.from ?? deps.clock.now().toISOString();
    const isThrough = page.next === null || page.attempts.some(({ deliveredAt }) => isBefore(deliveredAt, reconciledTo));
    position = isThrough ? { reconciledTo: from, walk: null } : { reconciledTo, walk: { from, cursor: page.next! } };
    await deps.ledger.keepMissing(page.attempts, position);
    if (isThrough && !isOlder) return true;
    isOlder &&= !isThrough;
  }
  return true;
}

async function readPage(deps: RecoveryDeps, { reconciledTo, walk }: HookPosition): Promise<HookPage | null> {
  try {
    return await deps.hooks.page(walk?.cursor ?? null);
  } catch (error) {
    // A place in the list that GitHub no longer knows: the walk begins anew, and loses nothing but the way so far.
    if (walk !== null && error instanceof TruthError && error.kind !== "network")
      await deps.ledger.keepMissing([], { reconciledTo, walk: null });
    throw error;
  }
}

function isBefore(instant: string, reconciledTo: string | null): boolean {
  return reconciledTo !== null && Date.parse(instant) < Date.parse(reconciledTo) - OVERLAP_MS;
}
