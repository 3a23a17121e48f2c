import { expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { faultFacts, withFault } from "../../src/gate/gather-facts.ts";
import { type PullTruth, TruthError } from "../../src/gate/ports.ts";

const unreadable = (what: string) => new TruthError(what, "network", `${what}: GitHub answered 502 (Bad Gateway)`);
const PULL: PullTruth = {
  repository: { id: 1, owner: "acme", name: "data", ownerId: 2, installationId: 3, ownerType: "Organization", defaultBranch: "main" },
  number: 7,
  title: "change",
  state: "open",
  merged: false,
  mergeCommitSha: null,
  mergedBy: null,
  draft: false,
  author: null,
  headSha: "a".repeat(40),
  headRef: "work",
  headRepositoryId: 1,
  baseRef: "main",
  baseSha: "b".repeat(40),
  commits: 1,
  updatedAt: "2026-01-01T00:00:00Z",
};

test("T68: what could not be read is said once in the verdict", () => {
  const clock = { now: () => new Date("2026-01-01T00:00:00Z") };
  const { verdict } = decide(faultFacts(clock, PULL, [], unreadable("team sec-ops")));
  expect(verdict).toBe("Cannot decide yet: team sec-ops: GitHub answered 502 (Bad Gateway)");
});

test("T68: an outage of days does not grow the facts of every retry: the newest faults are kept", () => {
  let faults = withFault([], unreadable("the first"));
  for (let retry = 0; retry < 500; retry++) faults = withFault(faults, unreadable(`read ${retry}`));
  expect(faults).toHaveLength(20);
  expect(faults.at(-1)?.what).toBe("read 499");
});
