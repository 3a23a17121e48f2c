import type { Requirement } from "../engine/decision.ts";
import { dueAt, slaHoursOf } from "../engine/sla.ts";
import type { WaitingChange, WaitingChanges } from "./ports.ts";

/** One change as one team sees it. */
export interface WaitingItem {
  readonly change: WaitingChange;
  readonly requirement: Requirement;
  /** null = it was not kept when it was asked for. */
  readonly since: string | null;
  readonly dueAt: string | null;
  readonly isBreached: boolean;
}

export interface WaitingGroup {
  /** The team, the role or the people that are waited for. */
  readonly name: string;
  readonly kind: "team" | "role" | "people" | "anybody";
  readonly items: readonly WaitingItem[];
}

export interface WaitingList {
  readonly groups: readonly WaitingGroup[];
  /** No approval helps these: they wait for whoever can mend them. */
  readonly stuck: readonly WaitingChange[];
  readonly breached: number;
}

/** Whom everything waits for. In a group and among groups, what is overdue longest comes first, then what is due first, then what has waited longest. */
export function groupWaiting({ now, changes }: WaitingChanges): WaitingList {
  const asks = changes.filter(({ decision }) => decision.state === "pending_approval" || decision.state === "rejected");
  const items = asks.flatMap((change) =>
    change.decision.requirements
      .filter(({ have, minApprovals }) => have < minApprovals)
      .map((requirement): WaitingItem => {
        const since = change.since[requirement.id] ?? null;
        const hours = slaHoursOf(change.decision, requirement);
        const due = since === null || hours === null ? null : dueAt(since, hours);
        return { change, requirement, since, dueAt: due, isBreached: due !== null && Date.parse(due) <= Date.parse(now) };
      }),
  );
  const groups = [...Map.groupBy(items, ({ requirement }) => JSON.stringify(groupOf(requirement)))].map(([key, own]): WaitingGroup => {
    const [kind, name] = JSON.parse(key) as [WaitingGroup["kind"], string];
    return { name, kind, items: own.toSorted(byUrgency) };
  });
  const waits = new Set(items.map(({ change }) => change));
  return {
    groups: groups.toSorted((a, b) => byUrgency(a.items[0]!, b.items[0]!)),
    stuck: changes.filter((change) => !waits.has(change)),
    breached: items.filter(({ isBreached }) => isBreached).length,
  };
}

function groupOf({ team, role, users }: Requirement): readonly [WaitingGroup["kind"], string] {
  if (team !== null) return ["team", team];
  if (users.length > 0) return ["people", users.toSorted().join(", ")];
  return role === null ? ["anybody", "one more person"] : ["role", role];
}

function byUrgency(a: WaitingItem, b: WaitingItem): number {
  return order(a.dueAt, b.dueAt) || order(a.since, b.since) || (a.change.decidedAt < b.change.decidedAt ? -1 : 1);
}

/** Earlier first; what has no instant last. */
function order(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return Date.parse(a) - Date.parse(b);
}
