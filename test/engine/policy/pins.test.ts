import { expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts, PeopleFacts } from "../../../src/engine/facts.ts";
import { ACTORS, facts, HEAD, people, policy, review, team } from "./build.ts";

/** Names of the policy mean what they stood for when it came into force. */
const state = (over: Partial<PeopleFacts>, rest: Partial<Facts> = {}) => decide(facts({ people: people(over), ...rest })).state;
const bob = { reviews: [review("bob")] };

test("T08 a slug that is another team's than when the policy came into force is no team at all", () => {
  const inForce = (id: number) => ({
    inForce: { repository: null, organisation: null, notices: [], pins: [{ kind: "team", name: "sec-ops", id }] as const },
  });
  const mine = team("sec-ops", "bob").id;
  expect(state(bob, inForce(mine))).toBe("approved");
  const decision = decide(facts({ people: people(bob), ...inForce(3) }));
  expect(decision).toMatchObject({ state: "invalid", exitCode: 2 });
  expect(decision.verdict).toContain(`team sec-ops is another team now (id ${mine}, was 3): change the policy`);
  // It overrides nothing either.
  const at = "2026-11-21T11:00:00Z";
  const label = { name: "governance-override", actor: "erin", at, viaApp: null, removedAt: null, headSha: HEAD, baseRef: "main" };
  const comments = [{ user: "erin", body: '/countersign override reason="on call"', at, headSha: HEAD }];
  const policyOf = { policy: policy(undefined, "override: { teams: [ciso] }\n") };
  const ciso = { inForce: { ...inForce(mine).inForce, pins: [{ kind: "team", name: "ciso", id: 3 }] as const } };
  expect(state({ labels: [label], comments }, policyOf)).toBe("overridden");
  expect(state({ labels: [label], comments }, { ...policyOf, ...ciso })).toBe("pending_approval");
});

test("T12 a login in the policy is the account that it was when the policy came into force, and no other", () => {
  const byName = policy("policies:\n  - { name: one, trigger: { tags: [pii] }, approvers: [{ users: [bob] }] }\n");
  const pinned = (...ids: (number | null)[]) => ({
    policy: byName,
    inForce: { repository: null, organisation: null, notices: [], pins: ids.map((id) => ({ kind: "user", name: "bob", id }) as const) },
  });
  const before = ACTORS.find(({ login }) => login === "bob")!;
  const actors = [...ACTORS.filter(({ id }) => id !== before.id), { ...before, login: "bob-old" }, { ...before, id: 666 }];
  const permissions = { bob: "write" };
  expect(state(bob, pinned(before.id))).toBe("approved");
  expect(state({ ...bob, actors, permissions }, pinned(before.id))).toBe("pending_approval");
  expect(state({ actors, reviews: [review("bob-old")] }, pinned(before.id))).toBe("approved");
  // Two policies mean two accounts by it: nobody can tell.
  expect(state({ ...bob, permissions }, pinned(before.id, 666))).toBe("pending_approval");
});

test("T19 a person named alone is an account that the policy meant, or may at least write here", () => {
  const byName = policy("policies:\n  - { name: one, trigger: { tags: [pii] }, approvers: [{ users: [bob] }] }\n");
  const meant = (id: number | null) => ({
    policy: byName,
    inForce: { repository: null, organisation: null, notices: [], pins: [{ kind: "user", name: "bob", id }] as const },
  });
  expect(state(bob, meant(2))).toBe("approved");
  for (const role of ["read", "triage", "none", undefined]) {
    const permissions: Readonly<Record<string, string>> = role === undefined ? {} : { bob: role };
    expect(state({ ...bob, permissions }, meant(null)), role).toBe("pending_approval");
  }
  for (const role of ["write", "maintain", "admin"]) expect(state({ ...bob, permissions: { bob: role } }, meant(null))).toBe("approved");
});
