import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts, LabelFact, PeopleFacts } from "../../../src/engine/facts.ts";
import type { LabelAuthority } from "../../../src/engine/override-facts.ts";
import { facts, HEAD, people, policy } from "./build.ts";

const SEEN: LabelAuthority = { entitled: true, because: "an owner", observedAt: "2026-11-21T11:00:05Z", used: false };
const LABEL: LabelFact = {
  name: "governance-override",
  actor: "ana",
  at: "2026-11-21T11:00:00Z",
  viaApp: null,
  removedAt: null,
  headSha: HEAD,
  baseRef: "main",
  delivery: "governance-override 1",
};
const comments = [{ user: "ana", body: '/countersign override reason="pager"', at: "2026-11-21T11:01:00Z", headSha: HEAD }];

function decided(authority: LabelAuthority | null | undefined, rest: Partial<PeopleFacts> = {}, over: Partial<Facts> = {}) {
  const label: LabelFact = authority === undefined ? LABEL : { ...LABEL, authority };
  return decide(facts({ people: people({ labels: [label], comments, ...rest }), ...over }));
}

describe("T59: authority at the moment of the label", () => {
  test.each<[string, LabelAuthority | null | undefined, string]>([
    ["was there", SEEN, "overridden"],
    ["is not told, as in a scenario given offline", undefined, "overridden"],
    ["was not there, and is now", { ...SEEN, entitled: false, because: "not an owner" }, "pending_approval"],
    ["is not known", null, "pending_approval"],
    ["was seen 15 minutes after it", { ...SEEN, observedAt: "2026-11-21T11:15:00Z" }, "overridden"],
    ["was seen later than that", { ...SEEN, observedAt: "2026-11-21T11:15:01Z" }, "pending_approval"],
    ["was seen at no readable time", { ...SEEN, observedAt: "then" }, "pending_approval"],
  ])("%s", (_what, authority, state) => {
    expect(decided(authority).state).toBe(state);
  });

  test("it was there, and is not now: no override", () => {
    expect(decided(SEEN, { owners: ["erin"] }).state).toBe("pending_approval");
  });
});

describe("T59: single use", () => {
  const used = { ...LABEL, authority: { ...SEEN, used: true } };
  const again: LabelFact = {
    ...LABEL,
    at: "2026-11-21T11:30:00Z",
    delivery: "governance-override 2",
    authority: { ...SEEN, observedAt: "2026-11-21T11:30:01Z" },
  };
  const state = (labels: readonly LabelFact[]) => decided(undefined, { labels }).state;

  test("the used one stays live, on this very head", () => expect(state([used])).toBe("overridden"));
  test("one whose reason is gone leaves no place for another", () => {
    const by = { ...used, actor: "erin" };
    expect(state([again])).toBe("overridden");
    expect(state([by, again])).toBe("pending_approval");
    expect(decided(undefined, { labels: [by, again] }).overrideNotes.at(-1)).toContain("it can be used once");
  });
  test("one on another head or base is another matter", () => {
    expect(state([{ ...used, actor: "erin", headSha: "older" }, again])).toBe("overridden");
    expect(state([{ ...used, actor: "erin", baseRef: "lax" }, again])).toBe("overridden");
  });
});

describe("overdue post-hoc reviews", () => {
  const config = { policy: policy(undefined, "override: { blockWhileOverdue: true }\n") };
  const overdue = (due: string, issue: number | null = 12) => ({ overdueReviews: [{ pullRequest: 3, issue, due }] });

  test("refuse a new override, and say which", () => {
    const decision = decided(SEEN, overdue("2026-11-20T00:00:00Z"), config);
    expect(decision.state).toBe("pending_approval");
    expect(decision.overrideNotes).toEqual([
      "no new override while a post-hoc review is overdue: #12, of pull request #3, was due 2026-11-20",
    ]);
    expect(decided(SEEN, overdue("2026-11-20T00:00:00Z", null), config).overrideNotes[0]).toContain("its issue is not open yet");
  });
  test("only when the repository says so, and not one that began before", () => {
    expect(decided(SEEN, overdue("2026-11-20T00:00:00Z")).state).toBe("overridden");
    expect(decided(SEEN, overdue("2026-11-21T11:30:00Z"), config).state).toBe("overridden");
    expect(decided(SEEN, {}, config).state).toBe("overridden");
  });
});
