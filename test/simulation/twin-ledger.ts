import { isDeepStrictEqual } from "node:util";
import type { SimulatedLedger } from "./ledger/memory-ledger.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Not kept in memory, or not kept alike: the trail, what an artifact holds, drafts and workspaces. */
const UNKEPT = new Set(["event", "artifact", "workspaceId", "draftId", "tenantId", "approvalVersion", "draftVersion", "overrideId"]);
/** Asked of the ledger in memory alone: see docs/simulation.md. */
const ALONE = new Set<string>([
  ...["auditTrail", "ping", "close", "policyPins", "keepPolicyPins"],
  ...["planCandidate", "unsettledLandings", "publishPlan", "withholdPlan", "foreignChecks", "checkActions", "pullComment", "askedSince"],
]);
/** Answered by an event of the trail. */
const EVENTS = new Set(["recordIncident", "recordPolicyIncident", "recordPolicyProblems"]);

/**
 * Asks both ledgers the same, in the same order, and answers as the first does. Ids are told apart: what one ledger called an evaluation is
 * translated before the other is asked about it.
 * @param beforeEach sets the clock of the second.
 * @param onDifference is told where two answers differ; the simulation goes on.
 */
export function twinLedger(
  memory: SimulatedLedger,
  store: SimulatedLedger,
  { beforeEach, onDifference }: { readonly beforeEach: () => Promise<void>; readonly onDifference: (what: string) => void },
): SimulatedLedger {
  const theirs = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  const translate = (value: unknown): unknown => {
    if (typeof value === "string") return theirs.get(value) ?? value;
    if (Array.isArray(value)) return value.map(translate);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, translate(each)]));
  };
  const both = (name: string, verb: (...given: unknown[]) => Promise<unknown>) => {
    const other = store[name as keyof SimulatedLedger] as unknown as typeof verb;
    return (...given: unknown[]) => {
      // Copied: what the caller does with an answer never reaches back into the rows of either.
      const asked = translate(structuredClone(given)) as unknown[];
      const next = last.then(async () => {
        await beforeEach();
        const [first, second] = [await settle(() => verb(...given)), await settle(() => other(...asked))];
        if ("error" in first !== "error" in second) onDifference(`${name}: ${told(first)} in memory, ${told(second)} in the store`);
        if ("error" in first) throw first.error;
        const where = EVENTS.has(name) || "error" in second ? null : difference(first.value, second.value, name, theirs);
        if (where !== null) onDifference(where);
        return first.value;
      });
      last = next.catch(() => {});
      return next;
    };
  };
  const verbs = Object.entries(memory).map(([name, verb]) => [name, ALONE.has(name) ? verb : both(name, verb as never)]);
  return Object.fromEntries(verbs) as SimulatedLedger;
}

type Settled = { readonly value: unknown } | { readonly error: unknown };

async function settle(run: () => Promise<unknown>): Promise<Settled> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

function told(settled: Settled): string {
  return "error" in settled ? `rejected (${settled.error})` : "answered";
}

/** Where two answers differ, as a sentence; null = they do not. Pairs of ids that stand in the same place are learnt. */
function difference(mine: unknown, other: unknown, place: string, theirs: Map<string, string>): string | null {
  if (typeof mine === "string" && typeof other === "string" && UUID.test(mine) && UUID.test(other)) {
    const known = theirs.get(mine);
    theirs.set(mine, other);
    return known === undefined || known === other ? null : `${place}: ${mine} is ${other}, and was ${known}`;
  }
  if (mine === null || other === null || typeof mine !== "object" || typeof other !== "object")
    return isDeepStrictEqual(mine ?? null, other ?? null)
      ? null
      : `${place}: ${JSON.stringify(mine)} in memory, ${JSON.stringify(other)} in the store`;
  const names = new Set([...Object.keys(mine), ...Object.keys(other)]);
  for (const name of names) {
    if (UNKEPT.has(name) || !(name in mine && name in other)) continue;
    const found = difference(mine[name as never], other[name as never], `${place}.${name}`, theirs);
    if (found !== null) return found;
  }
  if (Array.isArray(mine) && Array.isArray(other) && mine.length !== other.length)
    return `${place}: ${mine.length} in memory, ${other.length} in the store`;
  return null;
}
