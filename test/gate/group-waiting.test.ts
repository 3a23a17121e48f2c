import { expect, test } from "vitest";
import { groupWaiting } from "../../src/gate/group-waiting.ts";
import type { WaitingChange } from "../../src/gate/ports.ts";
import { invalid, rejected, secOps, strip } from "../report/fixtures.ts";

const now = "2026-11-22T12:00:00.000Z";

function change(pullRequest: number, since: string | null, more: Partial<WaitingChange> = {}): WaitingChange {
  return {
    ...{ kind: "pull_request", name: "acme/data", pullRequest, workspaceId: null, title: `#${pullRequest}`, author: "alice" },
    ...{ decision: strip, decidedAt: since ?? now, since: since === null ? {} : { [secOps.id]: since } },
    ...more,
  };
}

const asking = (...requirements: (typeof secOps)[]) => ({ ...strip, requirements });

test("late first, then due first, then what was asked first; what no approval helps is apart", () => {
  const noSla = { ...strip, policies: [] };
  const list = groupWaiting({
    now,
    more: false,
    changes: [
      change(1, "2026-11-22T11:00:00.000Z"),
      change(2, "2026-11-22T10:00:00.000Z", { decision: noSla }),
      change(3, "2026-11-20T10:00:00.000Z"),
      change(4, null),
      change(5, "2026-11-21T12:00:00.000Z", { decision: { ...rejected, requirements: [secOps] } }),
      change(6, "2026-11-20T10:00:00.000Z", { decision: invalid }),
    ],
  });
  expect(list.groups.map(({ name, kind }) => [name, kind])).toEqual([["sec-ops", "team"]]);
  const order = list.groups[0]!.items.map((item) => [item.change.pullRequest, item.isBreached, item.dueAt]);
  expect(order).toEqual([
    [3, true, "2026-11-21T10:00:00.000Z"],
    // Due at this very instant is late.
    [5, true, "2026-11-22T12:00:00.000Z"],
    [1, false, "2026-11-23T11:00:00.000Z"],
    [2, false, null],
    [4, false, null],
  ]);
  expect(list.stuck.map(({ pullRequest }) => pullRequest)).toEqual([6]);
  expect(list.breached).toBe(2);
});

test("a change stands under everybody that it waits for, and under nobody who has approved", () => {
  const filled = { ...secOps, id: "done", team: "done", have: 1 };
  const privacy = { ...secOps, id: "privacy", team: "privacy", source: ["level:high"] };
  const byName = { ...secOps, id: "names", team: null, role: null, users: ["zoe", "carl"] };
  const anybody = { ...secOps, id: "any", team: null, role: null, users: [] };
  const decision = asking(secOps, filled, privacy, byName, anybody);
  const { groups } = groupWaiting({ now, more: false, changes: [change(1, "2026-11-20T10:00:00.000Z", { decision })] });
  const named = groups.map(({ name, kind }) => `${kind} ${name}`);
  expect(named.toSorted()).toEqual(["anybody one more person", "people carl, zoe", "team privacy", "team sec-ops"]);
  expect(named[0]).toBe("team sec-ops");
});
