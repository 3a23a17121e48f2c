import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts, PeopleFacts } from "../../../src/engine/facts.ts";
import { parsePolicySet } from "../../../src/engine/policy/parse.ts";
import { ACTORS, approvedBy, BEFORE, diff, facts, finding, HEAD, people, policy, review, source, team } from "./build.ts";

const commit = people().commits[0]!;
const push = people().pushes[0]!;
const state = (over: Partial<PeopleFacts>, rest: Partial<Facts> = {}) => decide(facts({ people: people(over), ...rest })).state;
const bob = { reviews: [review("bob")] };

test("without an attack bob's approval is enough", () => {
  expect(state(bob)).toBe("approved");
});

describe("who approved", () => {
  test("T01 the author's own approval never counts", () => {
    expect(state({ teams: [team("sec-ops", "alice")], reviews: [review("alice")] })).toBe("pending_approval");
    const byDave = { pushes: [{ ...push, actor: "dave" }], commits: [{ ...commit, author: "dave", committer: "dave" }] };
    expect(state({ ...byDave, teams: [team("sec-ops", "alice")], reviews: [review("alice")] })).toBe("pending_approval");
    expect(state({ ...byDave, ...bob })).toBe("approved");
  });
  test("T02 whoever pushed, or has a part in a commit, cannot supply the approval", () => {
    expect(state({ ...bob, pushes: [push, { ...push, sha: BEFORE, actor: "bob", at: "2026-11-21T08:00:00Z" }] })).toBe("pending_approval");
    expect(state({ ...bob, commits: [commit, { ...commit, sha: "c2", author: "bob" }] })).toBe("pending_approval");
    expect(state({ ...bob, commits: [commit, { ...commit, sha: "c2", committer: "bob" }] })).toBe("pending_approval");
  });
  test("T03 a co-author trailer takes an approver away and is said, and the next one still can", () => {
    const named = { commits: [{ ...commit, coAuthors: ["bob"] }] };
    const decision = decide(facts({ people: people({ ...named, ...bob }) }));
    expect(decision).toMatchObject({ state: "pending_approval", refused: [{ user: "bob", reason: "committer" }] });
    expect(state({ ...named, reviews: [review("bob"), review("carol")] })).toBe("approved");
  });
  test("T04 an identity that resolves to nobody, or that nobody vouches for, asks for one more approver", () => {
    for (const forged of [{ author: null }, { author: "no-such-login" }, { verified: false }]) {
      expect(state({ ...bob, commits: [commit, { ...commit, sha: "c2", ...forged }] })).toBe("pending_approval");
    }
  });
  test("T05 bots and apps approve nothing", () => {
    const actions = { id: 90, login: "github-actions[bot]", type: "Bot", suspended: false } as const;
    expect(state({ actors: [...ACTORS, actions], teams: [team("sec-ops", actions.login)], reviews: [review(actions.login)] })).toBe(
      "pending_approval",
    );
    expect(state({ reviews: [review("bob", { viaApp: 1 })] })).toBe("pending_approval");
  });
  test("T06 membership is that of now: who left the team does not count", () => {
    expect(state({ ...bob, teams: [team("sec-ops", "carol")] })).toBe("pending_approval");
  });
  test("T07 a pending invitation is no membership", () => {
    const members = [{ user: "bob", state: "pending", inherited: false }] as const;
    expect(state({ ...bob, teams: [{ ...team("sec-ops"), members }] })).toBe("pending_approval");
    const both = [...members, { ...members[0], state: "active" } as const];
    expect(state({ ...bob, teams: [{ ...team("sec-ops"), members: both }] })).toBe("pending_approval");
  });
  test("T09 a child team's member counts by option only", () => {
    const members = [{ user: "bob", state: "active", inherited: true }] as const;
    expect(state({ ...bob, teams: [{ ...team("sec-ops"), members }] })).toBe("pending_approval");
  });
  test("T10 a team that cannot be read, or was not, is never an empty requirement", () => {
    expect(state({ ...bob, teams: [{ ...team("sec-ops", "bob"), readable: false }] })).toBe("invalid");
    expect(state({ ...bob, teams: [] })).toBe("invalid");
  });
  test("T11 deleted and suspended accounts approve nothing", () => {
    expect(state({ reviews: [review(null)] })).toBe("pending_approval");
    expect(state({ ...bob, actors: ACTORS.map((actor) => ({ ...actor, suspended: true })) })).toBe("pending_approval");
  });
  test("T12 a login that two accounts carry is nobody's", () => {
    expect(state({ ...bob, actors: [...ACTORS, { id: 666, login: "Bob", type: "User", suspended: false }] })).not.toBe("approved");
  });
  test("T13 two accounts of one person are two people: nothing here can tell, and the limits say so", () => {
    const two = policy("policies:\n  - { name: two, trigger: { tags: [pii] }, approvers: [{ team: sec-ops, minApprovals: 2 }] }\n");
    expect(state({ reviews: [review("bob"), review("carol")] }, { policy: two })).toBe("approved");
    expect(readFileSync(new URL("../../../docs/limits.md", import.meta.url), "utf8")).toContain(
      "Two accounts of one person are two people",
    );
  });
  test("T14 one person fills one of two required teams", () => {
    const two = policy("policies:\n  - { name: two, trigger: { tags: [pii] }, approvers: [{ team: sec-ops }, { team: privacy }] }\n");
    const teams = [team("sec-ops", "bob"), team("privacy", "bob", "dave")];
    expect(state({ ...bob, teams }, { policy: two })).toBe("pending_approval");
    expect(state({ teams, reviews: [review("bob"), review("dave")] }, { policy: two })).toBe("approved");
  });
  test("T16 requested changes hold until that person, a team mate or an admin without a hand in it lifts them", () => {
    const asked = review("carol", { state: "CHANGES_REQUESTED", submittedAt: "2026-11-21T09:30:00Z" });
    const dismissed = (dismissedBy: string | null) => ({ ...asked, state: "DISMISSED", dismissedBy }) as const;
    expect(state({ reviews: [asked, review("bob")] })).toBe("rejected");
    for (const by of ["alice", "dave", null]) expect(state({ reviews: [dismissed(by), review("bob")] }), String(by)).toBe("rejected");
    for (const by of ["bob", "ana"]) expect(state({ reviews: [dismissed(by), review("bob")] }), by).toBe("approved");
    expect(state({ permissions: { dave: "admin", alice: "admin" }, reviews: [dismissed("dave"), review("bob")] })).toBe("approved");
    expect(state({ permissions: { alice: "admin" }, reviews: [dismissed("alice"), review("bob")] })).toBe("rejected");
    expect(state({ reviews: [asked, review("carol")] })).toBe("approved");
    // Both may fill the level, and one team does not speak for the other.
    const level = policy("policies: []\n", "teams: { designated: [sec-ops, privacy] }\n");
    expect(state({ reviews: [dismissed("dave"), review("bob")] }, { policy: level })).toBe("rejected");
    expect(state({ reviews: [dismissed("bob"), review("bob")] }, { policy: level })).toBe("approved");
    expect(state({ reviews: [review("dave", { state: "CHANGES_REQUESTED" }), review("bob")] })).toBe("approved");
  });
  test("T17 a dismissed vote never revives an older approval", () => {
    const approved = review("bob", { submittedAt: "2026-11-21T09:30:00Z" });
    const asked = review("bob", { state: "DISMISSED", dismissedBy: "carol", dismissedState: "CHANGES_REQUESTED" });
    expect(state({ reviews: [approved, asked] })).toBe("pending_approval");
  });
  test("T18 comments and drafts of reviews say nothing", () => {
    expect(state({ reviews: [review("bob", { state: "COMMENTED" }), review("carol", { state: "PENDING" })] })).toBe("pending_approval");
    expect(state({ reviews: [review("bob"), review("bob", { state: "COMMENTED", submittedAt: "2026-11-21T11:00:00Z" })] })).toBe(
      "approved",
    );
  });
  test("T19 whoever is not active in the organisation is in none of its teams and owns nothing", () => {
    const organisation = [{ user: "carol", state: "active" }] as const;
    expect(state({ ...bob, organisation })).toBe("pending_approval");
    expect(state({ reviews: [review("carol")], organisation })).toBe("approved");
    expect(state({ ...bob, organisation: [...organisation, { user: "bob", state: "pending" }] })).toBe("pending_approval");
    const byOwners = policy("policies:\n  - { name: own, trigger: { tags: [pii] }, approvers: [{ team: ciso }] }\n");
    expect(state({ teams: [team("ciso", "ana")], reviews: [review("ana")], organisation }, { policy: byOwners })).not.toBe("approved");
  });
});

describe("what was approved", () => {
  const older = { sha: BEFORE, actor: "alice", at: "2026-11-21T08:00:00Z", forced: false };
  const onOld = (over = {}) =>
    review("bob", {
      receipt: { commitId: BEFORE, headSha: BEFORE, at: "2026-11-21T08:30:00Z" },
      submittedAt: "2026-11-21T08:30:00Z",
      ...over,
    });

  test("T20 a push of governed bytes voids the approval", () => {
    expect(state({ pushes: [older, push], contentDigests: { [BEFORE]: "was" }, reviews: [onOld()] })).toBe("pending_approval");
  });
  test("T22 GitHub's later word on the commit of a review is not believed", () => {
    expect(state({ pushes: [older, push], contentDigests: { [BEFORE]: "was" }, reviews: [onOld({ commitId: HEAD })] })).toBe(
      "pending_approval",
    );
    expect(state({ pushes: [older, push], reviews: [onOld({ commitId: HEAD, receipt: null })] })).toBe("pending_approval");
  });
  test("T23 git dates change nothing", () => {
    const dated = (authoredAt: string) => decide(facts({ people: people({ ...bob, commits: [{ ...commit, authoredAt }] }) }));
    expect(dated("1970-01-01T00:00:00Z")).toEqual(dated("2030-01-01T00:00:00Z"));
  });
  test("T24 a review of another commit than the head, from a stale page, counts for that commit only", () => {
    const stale = review("bob", { receipt: { commitId: BEFORE, headSha: HEAD, at: "2026-11-21T10:00:00Z" } });
    expect(state({ reviews: [stale] })).toBe("pending_approval");
  });
  test("T25 the head moved between the review and its delivery: bound to the head, it is void", () => {
    const raced = review("bob", { receipt: { commitId: HEAD, headSha: "newer", at: "2026-11-21T10:00:00Z" } });
    expect(state({ reviews: [raced] }, { policy: policy(undefined, "approvals: { bindTo: head }\n") })).toBe("pending_approval");
  });
  test("T26 an ungoverned base earns no check, and votes do not cross a retarget", () => {
    expect(decide(facts(approvedBy("bob"), { baseRef: "lax", baseProtected: false }))).toMatchObject({
      state: "not_applicable",
      pattern: null,
    });
    const retargets = [{ at: "2026-11-21T10:30:00Z", from: "lax", to: "main" }];
    expect(state({ ...bob, history: { ...people().history, retargets } })).toBe("pending_approval");
  });
  test("T27 the same head over another base is another change", () => {
    const was = decide(facts()).digests.content;
    const moved = diff([finding()], { files: [{ ...diff().files[0]!, baseBlob: "moved" }] });
    expect(state({ ...bob, contentDigests: { [HEAD]: was } }, { diff: moved })).toBe("pending_approval");
    expect(state({ ...bob, contentDigests: { [HEAD]: was } })).toBe("approved");
  });
  test("T57 votes do not cross a close and reopening", () => {
    expect(state({ ...bob, history: { ...people().history, reopened: [{ at: "2026-11-21T10:30:00Z" }] } })).toBe("pending_approval");
  });
  test("T60 an override label of another head is none", () => {
    const at = "2026-11-21T11:00:00Z";
    const label = { name: "governance-override", actor: "ana", at, viaApp: null, removedAt: null, headSha: HEAD, baseRef: "main" };
    const comments = [{ user: "ana", body: '/countersign override reason="on call"', at, headSha: HEAD }];
    expect(state({ labels: [label], comments })).toBe("overridden");
    expect(state({ labels: [{ ...label, headSha: BEFORE }], comments })).toBe("pending_approval");
  });
  test("T28 a policy changed in the same pull request is judged by the policy in force", () => {
    const file = { path: ".choochoo/approval-policies.yaml", baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" };
    expect(state(bob, { governanceFiles: [file] })).toBe("pending_approval");
    expect(state({ reviews: [review("bob"), review("ana")] }, { governanceFiles: [file] })).toBe("approved");
  });
  test.each([
    ["empty", { text: "" }],
    ["comments only", { text: "# nothing\n" }],
    ["a symlink", { mode: "120000", text: "elsewhere" }],
    ["a submodule", { mode: "160000", text: null, unreadable: "it is a submodule" }],
    ["over 1 MB", { text: `policies: []\n#${"x".repeat(1_048_577)}` }],
    ["not UTF-8", { text: null, unreadable: "it is not UTF-8 text" }],
    ["replacement characters", { text: "policies: [] # \uFFFD" }],
    ["NUL characters", { text: "p\u0000o\u0000l\u0000" }],
    ["two documents", { text: "policies: []\n---\npolicies: []\n" }],
    ["a list", { text: "- policies\n" }],
    ["a scalar", { text: "policies" }],
    ["duplicate keys", { text: "policies: []\npolicies: []\n" }],
    ["unknown keys", { text: "policies: []\npolicy: []\n" }],
    ["no YAML", { text: "policies: [\n" }],
    ["nested too deeply", { text: `policies: ${"[".repeat(2000)}${"]".repeat(2000)}` }],
    [
      "an alias bomb",
      {
        text: `a: &a [x,x]\n${"bcdefghijklmnop"
          .split("")
          .map((name, index) => `${name}: &${name} [${`*${"abcdefghijklmnop"[index]},`.repeat(9)}]`)
          .join("\n")}\n`,
      },
    ],
  ])("T29 a policy file that is %s blocks", (_, over) => {
    const reading = parsePolicySet([source("policies", "", over)]);
    expect(reading.status).toBe("invalid");
    expect(decide(facts({ policy: reading, diff: diff([]), ...approvedBy("bob") }))).toMatchObject({ state: "invalid", exitCode: 2 });
  });
});
