import type { Decision, Requirement } from "./decision.ts";

/** What a change was still asked for at one instant: ids of the requirements that nobody had filled. */
export interface Look {
  /** ISO 8601 */
  readonly at: string;
  readonly open: readonly string[];
}

/** One unbroken time of waiting for one requirement. */
export interface Wait {
  readonly requirement: string;
  readonly from: string;
  /** null = it still waits. */
  readonly until: string | null;
}

/**
 * From looks in their order, oldest first. A requirement that is filled and opened again (a push voided the approval) waits anew.
 * `end`: when the change was approved or given up; null = it is still open.
 */
export function waitsOf(looks: readonly Look[], end: string | null): readonly Wait[] {
  const ended: Wait[] = [];
  const open = new Map<string, string>();
  for (const look of looks) {
    for (const [requirement, from] of open)
      if (!look.open.includes(requirement)) {
        ended.push({ requirement, from, until: look.at });
        open.delete(requirement);
      }
    for (const requirement of look.open) if (!open.has(requirement)) open.set(requirement, look.at);
  }
  return [...ended, ...[...open].map(([requirement, from]) => ({ requirement, from, until: end }))];
}

/** Since when each requirement that is open now has been: id -> instant. */
export function askedSince(looks: readonly Look[]): Readonly<Record<string, string>> {
  return Object.fromEntries(waitsOf(looks, null).flatMap(({ requirement, from, until }) => (until === null ? [[requirement, from]] : [])));
}

/** The shortest time that a policy behind the requirement gives; null = none names one. */
export function slaHoursOf({ policies }: Pick<Decision, "policies">, { source }: Pick<Requirement, "source">): number | null {
  const hours = policies.filter(({ name }) => source.includes(name)).flatMap(({ slaHours }) => slaHours ?? []);
  return hours.length === 0 ? null : Math.min(...hours);
}

const HOUR_MS = 3_600_000;

export function dueAt(since: string, hours: number): string {
  return new Date(Date.parse(since) + hours * HOUR_MS).toISOString();
}

const PREFIX = "requirement:";

/** Ids of requirements among the blockers of a snapshot. */
export function requirementsIn(blockerIds: readonly string[]): readonly string[] {
  return blockerIds.flatMap((each) => (each.startsWith(PREFIX) ? [each.slice(PREFIX.length)] : []));
}
