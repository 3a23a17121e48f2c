import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { marksOf } from "../../src/bot/marks.ts";
import { receiptsOf } from "../../src/bot/receipts.ts";
import { about, HEAD, here, pullRequest } from "./payloads.ts";

const pull = { kind: "pull", repository: here, number: 5, headSha: HEAD, baseRef: "main", updatedAt: null };
const at = "2026-11-26T10:00:00Z";
const owner = { kind: "owner", ownerId: 3 };
const whole = { kind: "repository", repository: here };
const commit = { kind: "commit", repository: here, sha: HEAD };

describe("marksOf", () => {
  const cases: [string, object, object[]][] = [
    ["pull_request", { ...about, action: "synchronize", pull_request: pullRequest }, [pull]],
    ["pull_request", { ...about, action: "labeled", pull_request: pullRequest, label: { name: "x" } }, [pull]],
    ["pull_request", { ...about, action: "edited", pull_request: { ...pullRequest, updated_at: at } }, [{ ...pull, updatedAt: at }]],
    ["pull_request", { ...about, action: "edited", pull_request: { ...pullRequest, updated_at: "yesterday" } }, [pull]],
    ["pull_request_review", { ...about, action: "dismissed", pull_request: pullRequest }, [pull]],
    ["pull_request_review_comment", { ...about, action: "created", pull_request: pullRequest }, [pull]],
    [
      "issue_comment",
      { ...about, action: "created", issue: { number: 5, pull_request: {} } },
      [{ kind: "pull", repository: here, number: 5, headSha: null, baseRef: null }],
    ],
    ["issue_comment", { ...about, action: "created", issue: { number: 5 } }, []],
    ["push", { ...about, ref: "refs/heads/main" }, [{ kind: "branch", repository: here, ref: "main", isDefault: true }]],
    ["push", { ...about, ref: "refs/heads/release/1" }, [{ kind: "branch", repository: here, ref: "release/1", isDefault: false }]],
    ["push", { ...about, ref: "refs/tags/main" }, []],
    ["delete", { ...about, ref: "old", ref_type: "branch" }, [{ kind: "branch", repository: here, ref: "old", isDefault: false }]],
    ["check_run", { ...about, action: "rerequested", check_run: { head_sha: HEAD } }, [commit]],
    ["check_run", { ...about, action: "requested_action", check_run: { head_sha: HEAD } }, [commit]],
    ["check_run", { ...about, action: "completed", check_run: { head_sha: HEAD } }, []],
    ["check_suite", { ...about, action: "rerequested", check_suite: { head_sha: HEAD } }, [commit]],
    ["check_suite", { ...about, action: "requested", check_suite: { head_sha: HEAD } }, []],
    ["membership", { action: "removed", organization: { id: 3 }, installation: { id: 11 } }, [owner]],
    ["organization", { action: "member_removed", organization: { id: 3 } }, [owner]],
    ["team", { ...about, action: "edited" }, [owner]],
    ["member", { ...about, action: "added" }, [owner]],
    ["installation", { action: "created", installation: { id: 11, account: { id: 3 } } }, [owner]],
    ["installation_repositories", { action: "added", installation: { id: 11, account: { id: 3 } } }, [owner]],
    ["repository", { ...about, action: "renamed" }, [whole]],
    ["branch_protection_rule", { ...about, action: "deleted" }, [whole]],
    ["repository_ruleset", { action: "edited", organization: { id: 3 }, installation: { id: 11 } }, [owner]],
    ["label", { ...about, action: "edited" }, [whole]],
    ["ping", { ...about, zen: "…" }, []],
    ["an_event_of_tomorrow", { ...about, action: "x" }, [whole]],
    ["constructor", about, [whole]],
    ["pull_request", { ...about, action: "opened", pull_request: { number: "5" } }, [whole]],
    ["push", about, [whole]],
    ["pull_request", { action: "opened", pull_request: pullRequest }, []],
  ];
  it.each(cases)("%s %#", (event, payload, marks) => {
    expect(marksOf(event, payload)).toEqual(marks);
  });

  it("keeps NUL out of what goes to the database", () => {
    expect(JSON.stringify(marksOf("push", { ...about, ref: "refs/heads/a\0b" }))).not.toContain("\\u0000");
  });
});

describe("receiptsOf", () => {
  const review = { id: 9, state: "approved", commit_id: HEAD, user: { id: 2, login: "bob" } };
  const base = { repositoryId: 7, number: 5 };

  it("dates a vote by the head at its submission", () => {
    expect(receiptsOf("pull_request_review", { ...about, action: "submitted", pull_request: pullRequest, review }, "g-1")).toEqual([
      {
        ...base,
        kind: "review",
        subject: "9",
        actorId: 2,
        actorLogin: "bob",
        viaApp: null,
        commitId: HEAD,
        headSha: HEAD,
        baseRef: "main",
        detail: "APPROVED",
      },
    ]);
  });

  it.each(["edited", "dismissed"])("takes no vote from a review that was %s", (action) => {
    expect(receiptsOf("pull_request_review", { ...about, action, pull_request: pullRequest, review }, "g-1")).toEqual([]);
  });

  it.each(["labeled", "unlabeled"])("dates a label that was %s, by name and delivery", (action) => {
    const [receipt] = receiptsOf(
      "pull_request",
      { ...about, action, pull_request: pullRequest, label: { name: "governance-override" } },
      "g-1",
    );
    expect(receipt).toEqual({
      ...base,
      kind: action,
      subject: "governance-override g-1",
      actorId: 1,
      actorLogin: "alice",
      viaApp: null,
      commitId: null,
      headSha: HEAD,
      baseRef: "main",
      detail: "governance-override",
    });
  });

  it("keeps the first text of a comment on a pull request, and of no other", () => {
    const comment = { id: 4, body: "/countersign help", user: { id: 1, login: "alice" }, performed_via_github_app: { id: 99 } };
    const on = (issue: object, action = "created") =>
      receiptsOf("issue_comment", { ...about, action, issue: { number: 5, ...issue }, comment }, "g");
    expect(on({ pull_request: {} })).toMatchObject([
      { ...base, kind: "comment", subject: "4", headSha: null, viaApp: 99, detail: "/countersign help" },
    ]);
    expect(on({})).toEqual([]);
    expect(on({ pull_request: {} }, "edited")).toEqual([]);
  });
});

it("answers for any JSON under any event, without throwing", () => {
  const events = fc.constantFrom(
    "pull_request",
    "push",
    "check_run",
    "issue_comment",
    "installation",
    "pull_request_review",
    "membership",
    "__proto__",
    "toString",
  );
  const part = fc.oneof(fc.jsonValue(), fc.constant(about.repository), fc.constant(pullRequest), fc.constant({ id: -1 }));
  const payload = fc.dictionary(
    fc.constantFrom(
      "action",
      "repository",
      "installation",
      "pull_request",
      "ref",
      "check_run",
      "issue",
      "comment",
      "review",
      "organization",
    ),
    part,
  );
  fc.assert(
    fc.property(events, payload, (event, body) => {
      for (const mark of marksOf(event, body)) expect(mark.kind).toMatch(/^(pull|branch|commit|repository|owner)$/);
      expect(Array.isArray(receiptsOf(event, body, "g"))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
