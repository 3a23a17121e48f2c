import type { GatherDeps } from "./deps.ts";
import type { Clock, PolicyVersion, PullTruth, RepositoryRef } from "./ports.ts";
import { POLICY_FILES, policyEntries } from "./read-policy.ts";

/** First parents that are looked at for the commit that brought what stands at the tip. */
const STEPS_MAX = 100;
/** Open pull requests of the ledger that are looked at. */
const PULLS_MAX = 100;
const HEARD_WITHIN_MS = 3_600_000;

type Entries = ReadonlyMap<string, string | null>;

/**
 * Why the policy files at the tip are there without being in force, as the middle of a sentence; null = a merge brought them that is not
 * recorded yet. Only what the recorder has accounted for, or what no pull request brought, is an incident.
 */
export async function explainDifference(
  deps: GatherDeps,
  { repository, defaultTip }: { readonly repository: RepositoryRef; readonly defaultTip: string },
  version: PolicyVersion,
  entries: Entries,
): Promise<string | null> {
  if (await isBeingRecorded(deps, repository, entries)) return null;
  const commit = await broughtBy(deps, repository, defaultTip, entries);
  if (commit === null) return "it is not the one with a recorded approval";
  for (const number of await deps.pulls.landingsOf(repository, commit)) {
    const landing = await deps.ledger.landingOf(repository.id, number);
    if (landing === "incident") return `#${number} landed it without an approval`;
    const pull = await deps.pulls.read({ repository, number });
    const isAwaited = landing === "open" || (landing === "unheard" && mayStillBeHeard(pull, deps.clock));
    if (isAwaited && landedAfter(pull, version)) return null;
    if (pull.merged)
      return `#${number} landed it, and ${landing === "closed" ? "a newer version came into force since" : "no approval of it is on record"}`;
  }
  return `${commit.slice(0, 7)} was pushed past the gate`;
}

/** An open subject that proposes what stands at the tip, and is merged: its recorder has not run yet. */
async function isBeingRecorded({ ledger, pulls }: GatherDeps, repository: RepositoryRef, entries: Entries): Promise<boolean> {
  for (const { key, facts } of await ledger.openEvaluations({ repositoryId: repository.id }, PULLS_MAX)) {
    const proposes = facts.governanceFiles.some(
      ({ path, headMode, headBlob }) => entries.has(path) && entries.get(path) === (headBlob === null ? null : `${headMode} ${headBlob}`),
    );
    if (!proposes) continue;
    const number = Number(key.slice(key.indexOf("#") + 1));
    if ((await ledger.landingOf(repository.id, number)) === "incident") continue;
    if ((await pulls.read({ repository, number })).merged) return true;
  }
  return false;
}

/** A merge that came after the version in force may still be recorded; one from before is history that was put back. */
function landedAfter({ merged, mergedAt }: PullTruth, version: PolicyVersion): boolean {
  return merged && mergedAt !== null && mergedAt !== undefined && Date.parse(mergedAt) >= Date.parse(version.at);
}

/** Deliveries may be late; those of a pull request that nothing was ever heard of are lost some day, and nothing else would record it. */
function mayStillBeHeard({ mergedAt }: PullTruth, clock: Clock): boolean {
  return mergedAt !== null && mergedAt !== undefined && clock.now().getTime() - Date.parse(mergedAt) < HEARD_WITHIN_MS;
}

/** The newest commit on the first-parent line that made the policy files what they are; null = too far back. */
async function broughtBy({ pulls }: GatherDeps, repository: RepositoryRef, tip: string, entries: Entries): Promise<string | null> {
  const content = pulls.content(repository);
  const isSame = (other: Entries) => POLICY_FILES.every(({ path }) => other.get(path) === entries.get(path));
  let commit = tip;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const [parent] = (await pulls.commit(repository, commit)).parents;
    if (parent === undefined || !isSame(await policyEntries(content, parent))) return commit;
    commit = parent;
  }
  return null;
}
