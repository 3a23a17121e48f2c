import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts, PeopleFacts } from "../../../src/engine/facts.ts";
import { REFUSALS, type RefusalReason } from "../../../src/engine/policy/refusals.ts";
import { ACTORS, BEFORE, facts, HEAD, people, policy, review, team } from "./build.ts";

type Case = { readonly people: PeopleFacts; readonly over?: Partial<Facts>; readonly inRow?: true };

const commit = people().commits[0]!;
const bot = { id: 50, login: "helper[bot]", type: "Bot", suspended: false } as const;
const pushedLater = { sha: HEAD, actor: "alice", at: "2026-11-21T10:30:00Z", forced: false };
const firstPush = { sha: BEFORE, actor: "alice", at: "2026-11-21T08:00:00Z", forced: false };
const onBefore = review("bob", { receipt: { commitId: BEFORE, headSha: BEFORE, at: "2026-11-21T10:00:00Z" } });
const history = people().history;
const mapped = "roles: { security-engineer: { team: engineers } }\n";

/** For each refusal a situation in which bob, else entitled, is refused for exactly that. */
const CASES: Record<RefusalReason, Case> = {
  ghost: { people: people({ reviews: [review(null)] }) },
  unknown_account: { people: people({ reviews: [review("nobody")] }) },
  not_a_person: { people: people({ actors: [...ACTORS, bot], teams: [team("sec-ops", bot.login)], reviews: [review(bot.login)] }) },
  suspended: {
    people: people({ actors: ACTORS.map((actor) => ({ ...actor, suspended: actor.login === "bob" })), reviews: [review("bob")] }),
  },
  via_app: { people: people({ reviews: [review("bob", { viaApp: 15368 })] }) },
  author: { people: people({ teams: [team("sec-ops", "alice")], reviews: [review("alice")] }) },
  launcher: {
    people: people({ reviews: [review("bob")] }),
    over: { agent: { id: "refactorer", confidence: 1, systemCard: true, automation: false, launchedBy: "bob" } },
  },
  pusher: { people: people({ pushes: [...people().pushes, { ...firstPush, actor: "bob" }], reviews: [review("bob")] }) },
  committer: { people: people({ commits: [{ ...commit, coAuthors: ["bob"] }], reviews: [review("bob")] }) },
  not_member: { people: people({ reviews: [review("dave")] }), inRow: true },
  pending_member: {
    people: people({
      teams: [{ ...team("sec-ops"), members: [{ user: "bob", state: "pending", inherited: false }] }],
      reviews: [review("bob")],
    }),
    inRow: true,
  },
  child_team_only: {
    people: people({
      teams: [{ ...team("sec-ops"), members: [{ user: "bob", state: "active", inherited: true }] }],
      reviews: [review("bob")],
    }),
    inRow: true,
  },
  not_in_organisation: {
    people: people({ organisation: [{ user: "bob", state: "pending" }], reviews: [review("bob")] }),
    inRow: true,
  },
  not_in_role: {
    people: people({ teams: [team("sec-ops", "bob"), team("engineers", "carol")], reviews: [review("bob")] }),
    over: { policy: policy(undefined, mapped) },
    inRow: true,
  },
  dismissed: { people: people({ reviews: [review("bob", { state: "DISMISSED", dismissedBy: "carol", dismissedState: "APPROVED" })] }) },
  from_the_future: { people: people({ reviews: [review("bob", { submittedAt: "2026-11-21T12:02:00Z" })] }) },
  stale_content: { people: people({ contentDigests: { [BEFORE]: "other" }, reviews: [onBefore] }) },
  other_head: {
    people: people({ pushes: [firstPush, pushedLater], contentDigests: {}, reviews: [onBefore] }),
    over: { policy: policy(undefined, "approvals: { bindTo: head }\n") },
  },
  unproven: { people: people({ pushes: [firstPush, pushedLater], reviews: [review("bob", { receipt: null })] }) },
  before_reopen: { people: people({ history: { ...history, reopened: [{ at: "2026-11-21T11:00:00Z" }] }, reviews: [review("bob")] }) },
  before_retarget: {
    people: people({
      history: { ...history, retargets: [{ at: "2026-11-21T11:00:00Z", from: "lax", to: "main" }] },
      reviews: [review("bob")],
    }),
  },
};

describe("every refusal", () => {
  test.each(Object.keys(REFUSALS) as RefusalReason[])("%s", (reason) => {
    const { people: given, over, inRow } = CASES[reason];
    const decision = decide(facts({ people: given, ...over }));
    expect(decision.state).toBe("pending_approval");
    const refused = inRow === true ? decision.requirements.flatMap((requirement) => requirement.refused) : decision.refused;
    expect(refused.map((each) => each.reason)).toEqual([reason]);
    expect(refused[0]!.because).not.toBe("");
  });
});

describe("what keeps a vote", () => {
  const state = (given: PeopleFacts, over: Partial<Facts> = {}) => decide(facts({ people: given, ...over })).state;
  const now = decide(facts()).digests.content;

  test("a push that touches no governed byte keeps an approval bound to content", () => {
    expect(state(people({ pushes: [firstPush, pushedLater], contentDigests: { [BEFORE]: now }, reviews: [onBefore] }))).toBe("approved");
  });
  test("a commit that was never evaluated proves nothing", () => {
    expect(state(people({ pushes: [firstPush, pushedLater], reviews: [onBefore] }))).toBe("pending_approval");
  });
  test("without a delivery: the head, and no push since", () => {
    expect(state(people({ reviews: [review("bob", { receipt: null })] }))).toBe("approved");
    const unsure = people({
      history: { ...history, pushHistoryComplete: false },
      reviews: [review("bob", { receipt: null }), review("carol", { receipt: null })],
    });
    expect(state(unsure)).toBe("pending_approval");
  });
  test("bound to the head, in whole seconds: in the second of the vote only the push of that very head may stand", () => {
    const set = { policy: policy(undefined, "approvals: { bindTo: head }\n") };
    const at = "2026-11-21T10:00:00Z";
    const given = review("bob", { submittedAt: at, receipt: { commitId: HEAD, headSha: HEAD, at } });
    const push = (sha: string, when: string) => ({ sha, actor: "alice", at: when, forced: true });
    expect(state(people({ pushes: [firstPush, push(HEAD, at)], reviews: [given] }), set)).toBe("approved");
    expect(state(people({ pushes: [push(HEAD, at), push(BEFORE, at), push(HEAD, at)], reviews: [given] }), set)).toBe("pending_approval");
    expect(state(people({ pushes: [push(HEAD, "2026-11-21T10:00:01Z")], reviews: [given] }), set)).toBe("pending_approval");
    expect(state(people({ pushes: [push(HEAD, "no instant")], reviews: [given] }), set)).toBe("pending_approval");
  });
  test("an allowed app, and child teams by option", () => {
    expect(state(people({ reviews: [review("bob", { viaApp: 7 })] }), { policy: policy(undefined, "approvals: { apps: [7] }\n") })).toBe(
      "approved",
    );
    const child = { ...team("sec-ops"), members: [{ user: "bob", state: "active", inherited: true }] as const };
    const option = { policy: policy(undefined, "approvals: { includeChildTeams: true }\n") };
    expect(state(people({ teams: [child], reviews: [review("bob")] }), option)).toBe("approved");
  });
  test("an update of the branch disqualifies no reviewer; pushing more than that does", () => {
    const update = {
      sha: HEAD,
      parents: [BEFORE, "base"],
      author: "bob",
      committer: "web-flow",
      coAuthors: [],
      verified: true,
      baseMerge: true,
    };
    const commits = [{ ...commit, sha: BEFORE }, update];
    const push = { sha: HEAD, actor: "bob", at: "2026-11-21T09:00:00Z", forced: false };
    expect(state(people({ commits, pushes: [firstPush, push], reviews: [review("bob")] }))).toBe("approved");
    expect(state(people({ commits, pushes: [push], reviews: [review("bob")] }))).toBe("pending_approval");
    expect(
      state(people({ commits: [commits[0]!, { ...update, baseMerge: false }], pushes: [firstPush, push], reviews: [review("bob")] })),
    ).toBe("pending_approval");
  });
});

describe("what the decision cannot have seen yet never helps", () => {
  const later = "2026-11-21T12:02:00Z";
  const state = (...reviews: PeopleFacts["reviews"]) => decide(facts({ people: people({ reviews }) })).state;
  test("an approval does not count, also not as the end of an objection", () => {
    expect(state(review("bob", { submittedAt: later }))).toBe("pending_approval");
    expect(state(review("bob", { state: "CHANGES_REQUESTED" }), review("bob", { submittedAt: later }), review("carol"))).toBe("rejected");
  });
  test("a difference of clocks of a minute is allowed", () => {
    expect(state(review("bob", { submittedAt: "2026-11-21T12:01:00Z" }))).toBe("approved");
  });
  test("a dismissed review lifts no objection, and an objection holds", () => {
    const dismissed = { state: "DISMISSED", dismissedBy: "carol", dismissedState: "APPROVED", submittedAt: later } as const;
    expect(state(review("bob", { state: "CHANGES_REQUESTED" }), review("bob", dismissed), review("carol"))).toBe("rejected");
    expect(state(review("bob", { state: "CHANGES_REQUESTED", submittedAt: later }), review("carol"))).toBe("rejected");
  });
});

describe("unknown contributors ask for one more each", () => {
  const stranger = { ...commit, sha: "stranger", author: null };
  test.each([
    [1, ["bob"], "pending_approval"],
    [1, ["bob", "carol"], "approved"],
    [2, ["bob", "carol"], "pending_approval"],
    [3, ["bob", "carol"], "invalid"],
  ] as const)("%i strangers, %j approve: %s", (count, users, expected) => {
    const strangers = Array.from({ length: count }, (_, index) => ({ ...stranger, sha: `stranger${index}` }));
    const given = people({ commits: [commit, ...strangers], reviews: users.map((user) => review(user)) });
    expect(decide(facts({ people: given })).state).toBe(expected);
  });
  test.each<[string, Partial<PeopleFacts["commits"][number]>, number]>([
    ["an author and a co-author", { author: null, coAuthors: [null] }, 2],
    ["three co-authors", { coAuthors: [null, "no-such-login", null] }, 3],
    ["author and committer, who may be two", { author: null, committer: null }, 2],
    ["author and committer by one signature", { author: null, committer: null, identities: ["X <x@x>"] }, 1],
    ["author and committer by two", { author: null, committer: null, identities: ["X <x@x>", "Y <y@x>"] }, 2],
    ["two accounts that nobody vouches for", { author: "erin", committer: "dave", verified: false }, 2],
    ["one account twice", { author: "erin", committer: "erin", verified: false }, 1],
    ["one account beside the pull request's author", { author: "erin", committer: "alice", verified: false }, 1],
    ["the author's account, which somebody else wrote there", { verified: false }, 1],
    ["one account and one that is nobody's", { author: "erin", coAuthors: [null], verified: false }, 2],
    ["the author twice in one list", { author: null, sha: "head000" }, 1],
  ])("one commit with %s", (_what, over, expected) => {
    const odd = { ...stranger, author: "alice", ...over };
    const given = people({ commits: [commit, odd, odd] });
    const { requirements, problems } = decide(facts({ people: given }));
    const asked = requirements.find(({ source }) => source.includes("unknown contributors"))?.minApprovals;
    expect(asked ?? 0).toBe(expected);
    expect(problems.some(({ message }) => message.startsWith("3 unknown contributors"))).toBe(expected === 3);
  });
  test("whoever pushed and whoever wrote it are two", () => {
    const given = people({ commits: [commit, stranger], pushes: [...people().pushes, { ...firstPush, sha: stranger.sha, actor: null }] });
    const row = decide(facts({ people: given })).requirements.find(({ source }) => source.includes("unknown contributors"));
    expect(row?.minApprovals).toBe(2);
  });
  test("block by configuration", () => {
    const given = people({ commits: [commit, stranger], reviews: [review("bob"), review("carol")] });
    const set = policy(undefined, "approvals: { unknownContributors: block }\n");
    expect(decide(facts({ people: given, policy: set })).state).toBe("invalid");
  });
  test("an agent with an unknown launcher is one", () => {
    const agent = { id: "refactorer", confidence: 1, systemCard: true, automation: false };
    const reviews = [review("bob")];
    expect(decide(facts({ agent, people: people({ reviews }) })).state).toBe("pending_approval");
    expect(decide(facts({ agent: { ...agent, launchedBy: "alice" }, people: people({ reviews }) })).state).toBe("approved");
  });
});

/** Facts that contradict themselves or leave out the head: nobody passes on them. bob, else entitled, approves each time. */
const bobs = { slug: "sec-ops", id: 3, readable: true, members: [{ user: "bob", state: "active" as const, inherited: false }] };
test.each<[string, PeopleFacts]>([
  ["commits that do not reach the head", people({ commits: [], reviews: [review("bob")] })],
  ["a change by web-flow", people({ reviews: [review("bob")] })],
  ["one slug for two teams", people({ teams: [bobs, { ...bobs, id: 9, members: [] }], reviews: [review("bob")] })],
  ["a team that is said to be unreadable too", people({ teams: [bobs, { ...bobs, readable: false }], reviews: [review("bob")] })],
  [
    "a member who is said to be invited only, too",
    people({ teams: [{ ...bobs, members: [...bobs.members, { ...bobs.members[0]!, state: "pending" }] }], reviews: [review("bob")] }),
  ],
])("%s: not approved", (name, world) => {
  const decision = decide(facts({ people: world }, name === "a change by web-flow" ? { author: "web-flow" } : {}));
  expect(["pending_approval", "invalid"]).toContain(decision.state);
});

test("the same team said twice is one team", () => {
  expect(decide(facts({ people: people({ teams: [bobs, bobs], reviews: [review("bob")] }) })).state).toBe("approved");
});
