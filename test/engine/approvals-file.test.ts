import { describe, expect, test } from "vitest";
import { parseApprovals } from "../../src/engine/approvals-file.ts";
import { decide } from "../../src/engine/decide.ts";
import { facts, HEAD } from "./policy/build.ts";

const FILE = {
  schemaVersion: 1,
  asOf: "2026-01-01T12:00:00Z",
  author: "alice",
  baseRef: "main",
  actors: [
    { id: 1, login: "alice", type: "User", suspended: false },
    { id: 2, login: "bob", type: "User", suspended: false },
    { id: 3, login: "ana", type: "User", suspended: false },
  ],
  pushes: [{ sha: HEAD, actor: "alice", at: "2026-01-01T00:00:00Z", forced: false }],
  commits: [
    {
      sha: HEAD,
      parents: ["base"],
      author: "alice",
      committer: "alice",
      coAuthors: [],
      verified: true,
      authoredAt: "2020-01-01T00:00:00Z",
    },
  ],
  reviews: [
    {
      id: 7,
      user: "bob",
      state: "APPROVED",
      commitId: HEAD,
      submittedAt: "2026-01-01T01:00:00Z",
      viaApp: null,
      receipt: { commitId: HEAD, headSha: HEAD, at: "2026-01-01T01:00:00Z" },
      dismissedBy: null,
    },
  ],
  teams: [{ slug: "sec-ops", id: 3, readable: true, members: [{ user: "bob", state: "active", inherited: false }] }],
  owners: ["ana"],
  permissions: { bob: "write" },
  labels: [{ name: "governance-override", actor: "ana", at: "2026-01-01T10:00:00Z", viaApp: null, removedAt: null }],
  comments: [{ user: "ana", body: '/countersign override reason="pager"', at: "2026-01-01T10:00:00Z", headSha: HEAD }],
  history: {
    retargets: [{ at: "2025-01-01T00:00:00Z", from: "lax", to: "main" }],
    reopened: [{ at: "2025-01-01T00:00:00Z" }],
    pushHistoryComplete: true,
  },
};

function decided(file: object) {
  const reading = parseApprovals(JSON.stringify(file), "approvals.json", { headSha: HEAD, baseRef: "main" });
  if (reading.status === "invalid") throw new Error(JSON.stringify(reading.problems));
  return decide(
    facts({ people: reading.people, asOf: reading.asOf ?? "2026-01-01T12:00:00Z", simulated: true }, { author: reading.author }),
  );
}

test("the file of the interfaces decides offline", () => {
  const { labels: _labels, ...plain } = FILE;
  expect(decided(plain)).toMatchObject({ state: "approved", simulated: true });
  expect(decided({ ...plain, reviews: [] }).state).toBe("pending_approval");
  expect(decided(FILE).state).toBe("overridden");
});

test("a label without a head is on the head of that moment", () => {
  const later = [...FILE.pushes, { sha: "newer", actor: "alice", at: "2026-01-01T11:00:00Z", forced: false }];
  const reading = parseApprovals(JSON.stringify({ ...FILE, pushes: later }), "a.json", { headSha: "newer", baseRef: "main" });
  expect(reading.status === "ok" && reading.people.labels[0]).toMatchObject({ headSha: HEAD, baseRef: "main" });
  const before = parseApprovals(JSON.stringify({ ...FILE, pushes: later.slice(1) }), "a.json", { headSha: "newer", baseRef: "main" });
  expect(before.status === "ok" && before.people.labels[0]).toMatchObject({ headSha: null });
  const none = parseApprovals(JSON.stringify({ ...FILE, pushes: [] }), "a.json", { headSha: "newer", baseRef: "main" });
  expect(none.status === "ok" && none.people.labels[0]).toMatchObject({ headSha: "newer" });
  const unknown = parseApprovals(JSON.stringify({ ...FILE, pushes: [], baseRef: undefined }), "a.json");
  expect(unknown.status === "ok" && unknown.people.labels[0]).toMatchObject({ headSha: null, baseRef: null });
});

test("what is left out is unknown, and unknown does not pass", () => {
  const bare = {
    schemaVersion: 1,
    author: "alice",
    actors: FILE.actors,
    teams: FILE.teams,
    reviews: [{ id: 1, user: "bob", state: "APPROVED", commitId: HEAD, submittedAt: "2026-01-01T01:00:00Z" }],
  };
  expect(decided(bare).state).toBe("pending_approval");
});

describe("refused, with the line", () => {
  test.each([
    ["unknown key `reviewz`", { ...FILE, reviewz: [] }],
    ["`schemaVersion`", { ...FILE, schemaVersion: 2 }],
    ["`reviews.0.state`", { ...FILE, reviews: [{ ...FILE.reviews[0], state: "OK" }] }],
    ["`labels.0.at`", { ...FILE, labels: [{ ...FILE.labels[0], at: "yesterday" }] }],
    ["`actors`", { schemaVersion: 1 }],
  ])("%s", (message, file) => {
    const reading = parseApprovals(JSON.stringify(file, null, 1), "approvals.json");
    expect(reading.status === "invalid" && reading.problems[0]?.message).toContain(message);
    expect(reading.status === "invalid" && reading.problems[0]).toMatchObject({ file: "approvals.json", line: expect.any(Number) });
  });
  const later = "2026-01-01T12:00:01Z";
  test.each([
    ["`pushes.0.at`", { pushes: [{ ...FILE.pushes[0], at: later }] }],
    ["`reviews.0.submittedAt`", { reviews: [{ ...FILE.reviews[0], submittedAt: later }] }],
    ["`reviews.0.receipt.at`", { reviews: [{ ...FILE.reviews[0], receipt: { ...FILE.reviews[0]!.receipt, at: later } }] }],
    ["`labels.0.at`", { labels: [{ ...FILE.labels[0], at: later }] }],
    ["`labels.0.removedAt`", { labels: [{ ...FILE.labels[0], removedAt: later }] }],
    ["`labels.0.authority.observedAt`", { labels: [{ ...FILE.labels[0], authority: { entitled: true, observedAt: later } }] }],
    ["`comments.0.at`", { comments: [{ ...FILE.comments[0], at: later }] }],
    ["`history.retargets.0.at`", { history: { ...FILE.history, retargets: [{ at: later, from: "lax", to: "main" }] } }],
    ["`history.reopened.0.at`", { history: { ...FILE.history, reopened: [{ at: later }] } }],
  ])("%s later than `asOf`", (path, over) => {
    const reading = parseApprovals(JSON.stringify({ ...FILE, ...over }, null, 1), "approvals.json");
    const message = `${path} is ${later}, later than \`asOf\` (${FILE.asOf}): the decision cannot know of it`;
    expect(reading).toMatchObject({ status: "invalid", problems: [{ message, file: "approvals.json", line: expect.any(Number) }] });
    // Without an instant of its own, the file is decided now, and the decision judges what is later.
    expect(parseApprovals(JSON.stringify({ ...FILE, ...over, asOf: undefined }), "approvals.json").status).toBe("ok");
  });
  test.each(["", "{", "[]", '{"actors": [], "actors": []}'])("%j", (text) => {
    expect(parseApprovals(text, "approvals.json").status).toBe("invalid");
  });
});
