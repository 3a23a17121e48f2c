import { canonicalJson } from "../canonical.ts";
import type { ApproverEntry, Config, Policy, Trigger } from "./model.ts";

const MODES: readonly Policy["mode"][] = ["shadow", "warn", "enforce"];

/** Why a policy of the same name may ask for less than before, as the end of a sentence; null = it asks for at least as much. */
export function policyLoosens(before: Policy, after: Policy, config: Config): string | null {
  if (before.mode !== "enforce" && after.mode !== "enforce") return null;
  if (MODES.indexOf(after.mode) < MODES.indexOf(before.mode)) return `goes from ${before.mode} to ${after.mode}`;
  if (before.mode !== "enforce") return addedPolicy(after, config);
  const trigger = triggerNarrows(before.trigger, after.trigger);
  if (trigger !== null) return trigger;
  if (before.distinctApprovers && !after.distinctApprovers) return "no longer asks for distinct people";
  if (slower(before.slaHours, after.slaHours)) return "gives more time";
  const kept = before.approvers.every((entry) =>
    after.approvers.some((now) => sameEntry(entry, now) && now.minApprovals >= entry.minApprovals),
  );
  if (!kept) return "asks other people, or fewer";
  if (before.approvers.length > after.approvers.length) return "has fewer approver entries";
  const further = after.approvers.filter((now) => !before.approvers.some((entry) => sameEntry(entry, now)));
  const matchesMore = canonicalJson(before.trigger) !== canonicalJson(after.trigger);
  return stranger(matchesMore ? after.approvers : further, config);
}

/**
 * Why a further policy may let more pass: the people it asks would count for the level too, and where it matches, a tag that always
 * requires approval asks nobody else.
 */
export function addedPolicy(policy: Policy, config: Config): string | null {
  return policy.mode === "enforce" ? stranger(policy.approvers, config) : null;
}

/** People who are not designated anyway, and whom a policy that matches would make so. */
function stranger(entries: readonly ApproverEntry[], { teams }: Config): string | null {
  const designated = teams.designated.map((team) => team.toLowerCase());
  const other = entries.find(({ team, users }) => team === null || users.length > 0 || !designated.includes(team.toLowerCase()));
  if (other === undefined) return null;
  return `would make ${other.team === null || other.users.length > 0 ? "people" : `team \`${other.team}\``} count as designated`;
}

function sameEntry(left: ApproverEntry, right: ApproverEntry): boolean {
  const key = ({ role, team, users }: ApproverEntry) => canonicalJson([role, team?.toLowerCase() ?? null, [...users].sort()]);
  return key(left) === key(right);
}

/** A key that is left out asks for nothing; a list is met by any of its values. */
function triggerNarrows(before: Trigger, after: Trigger): string | null {
  for (const key of ["tags", "env", "paths", "findings"] as const) {
    const [was, now] = [before[key], after[key]];
    if (now === null) continue;
    if (was === null || !was.every((value) => now.includes(value))) return `triggers on less (\`${key}\`)`;
  }
  // Without any of these only what is above info matches; each of them matched an info finding too.
  if (pointed(before) && !pointed(after)) return "triggers on less (nothing below a warning)";
  if (after.classification !== null && after.classification !== before.classification) return "triggers on less (`classification`)";
  if (after.agents !== null && after.agents !== before.agents) return "triggers on less (`agents`)";
  return after.ignore.every((code) => before.ignore.includes(code)) ? null : "ignores more";
}

function pointed({ tags, paths, findings, classification }: Trigger): boolean {
  return [tags, paths, findings, classification].some((key) => key !== null);
}

function slower(before: number | null, after: number | null): boolean {
  return before !== null && (after === null || after > before);
}
