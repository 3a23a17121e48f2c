import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { CommentFact, Facts, LabelFact, PeopleFacts } from "../../../src/engine/facts.ts";
import { overrideCommand } from "../../../src/engine/policy/override-command.ts";
import { ACTORS, diff, facts, HEAD, people, policy, team } from "./build.ts";

const LABEL: LabelFact = {
  name: "governance-override",
  actor: "ana",
  at: "2026-11-21T11:00:00Z",
  viaApp: null,
  removedAt: null,
  headSha: HEAD,
  baseRef: "main",
};
const REASON: CommentFact = {
  user: "ana",
  body: '/countersign override reason="pager 1234" incident=INC-7',
  at: "2026-11-21T11:05:00Z",
  headSha: HEAD,
};

function overridden(
  label: Partial<LabelFact>,
  comment: Partial<CommentFact> | null,
  rest: Partial<PeopleFacts> = {},
  over: Partial<Facts> = {},
) {
  const comments = comment === null ? [] : [{ ...REASON, ...comment }];
  return decide(facts({ people: people({ labels: [{ ...LABEL, ...label }], comments, ...rest }), ...over }));
}

test("an owner's label with a reason on this head overrides, and says so", () => {
  expect(overridden({}, {})).toMatchObject({
    state: "overridden",
    exitCode: 0,
    verdict: "OVERRIDE by ana until 15:00 UTC: pager 1234 (INC-7); post-hoc review due Nov 24",
    override: { by: "ana", byId: 6, reason: "pager 1234", incident: "INC-7", expiresAt: "2026-11-21T15:00:00.000Z" },
    requirements: [{ have: 0 }],
  });
});

test("the comment may come first, and a member of override.teams may", () => {
  expect(overridden({}, { at: "2026-11-21T10:55:00Z" }).state).toBe("overridden");
  const byTeam = { policy: policy(undefined, "override: { teams: [ciso] }\n") };
  expect(overridden({ actor: "erin" }, { user: "erin" }, {}, byTeam).state).toBe("overridden");
  const admins = { policy: policy(undefined, "override: { repositoryAdmins: true }\n") };
  expect(overridden({ actor: "dave" }, { user: "dave" }, { permissions: { dave: "admin" } }, admins).state).toBe("overridden");
});

describe("T59 what is no override", () => {
  const push = { sha: HEAD, actor: "alice", at: "2026-11-21T11:30:00Z", forced: false };
  const bot = { id: 50, login: "robot[bot]", type: "Bot", suspended: false } as const;
  const history = people().history;
  test.each<[string, ReturnType<typeof overridden>]>([
    ["a label from after the decision", overridden({ at: "2026-11-21T12:02:00Z" }, {})],
    ["a reason from after the decision", overridden({}, { at: "2026-11-21T12:02:00Z" })],
    ["by nobody entitled", overridden({ actor: "dave" }, { user: "dave" })],
    ["by a repository admin without the option", overridden({ actor: "dave" }, { user: "dave" }, { permissions: { dave: "admin" } })],
    [
      "a team that cannot be read",
      overridden(
        { actor: "erin" },
        { user: "erin" },
        { teams: [team("sec-ops"), { ...team("ciso", "erin"), readable: false }] },
        { policy: policy(undefined, "override: { teams: [ciso] }\n") },
      ),
    ],
    ["by the author", overridden({ actor: "alice" }, { user: "alice" }, { owners: ["alice", "ana"] })],
    ["by a contributor", overridden({}, {}, { commits: [{ ...people().commits[0]!, coAuthors: ["ana"] }] })],
    ["by a bot", overridden({ actor: bot.login }, { user: bot.login }, { actors: [...ACTORS, bot], owners: [bot.login, "ana"] })],
    ["through an app", overridden({ viaApp: 3 }, {})],
    ["by an unknown actor (renamed into place)", overridden({ actor: null }, {})],
    ["on another head", overridden({ headSha: "older" }, {})],
    ["on an unknown head", overridden({ headSha: null }, {})],
    ["on another base", overridden({ baseRef: "lax" }, {})],
    ["on an unknown base", overridden({ baseRef: null }, {})],
    ["without a reason", overridden({}, null)],
    ["with somebody else's reason", overridden({}, { user: "erin" })],
    ["with a reason for another head", overridden({}, { headSha: "older" })],
    ["with a reason for an unknown head", overridden({}, { headSha: null })],
    ["with a reason through an app", overridden({}, { viaApp: 3 })],
    ["taken off", overridden({ removedAt: "2026-11-21T11:10:00Z" }, {})],
    ["run out", overridden({ at: "2026-11-21T07:59:00Z" }, { at: "2026-11-21T08:00:00Z" }, { pushes: [] })],
    ["from the future", overridden({ at: "2026-11-21T13:00:00Z" }, {})],
    ["before a push", overridden({}, {}, { pushes: [...people().pushes, push] })],
    ["before a reopening", overridden({}, {}, { history: { ...history, reopened: [{ at: "2026-11-21T11:30:00Z" }] } })],
    ["another label", overridden({ name: "override" }, {})],
  ])("%s", (_, decision) => {
    expect(decision).toMatchObject({ state: "pending_approval", override: null });
  });

  test("says why: a missing reason is asked for, an unauthorised label named", () => {
    expect(overridden({}, null).overrideNotes[0]).toContain("/countersign override reason=");
    expect(overridden({ actor: "dave" }, null).overrideNotes).toEqual(["dave may not override: not an owner"]);
  });

  test("it is used once: taken off and set again, or run out and set again, gives nothing new", () => {
    const again = (first: Partial<LabelFact>) =>
      decide(
        facts({
          people: people({
            pushes: [],
            labels: [
              { ...LABEL, ...first },
              { ...LABEL, at: "2026-11-21T11:50:00Z" },
            ],
            comments: [{ ...REASON, at: "2026-11-21T07:00:00Z" }],
          }),
        }),
      );
    expect(again({ removedAt: "2026-11-21T11:10:00Z" }).state).toBe("pending_approval");
    expect(again({ at: "2026-11-21T07:30:00Z" }).state).toBe("pending_approval");
    expect(again({ at: "2026-11-21T07:30:00Z" }).overrideNotes[0]).toContain("it can be used once");
  });
});

test("it cures invalid and rejected, never an error", () => {
  const unparseable = [{ code: "E001", message: "not YAML", file: "a.yaml", line: 1, severity: "error" }] as const;
  expect(overridden({}, {}, {}, { diff: diff([], { unparseable }) }).state).toBe("overridden");
  expect(overridden({}, {}, {}, { policy: policy("nonsense: 1\n") }).state).toBe("overridden");
  expect(overridden({}, {}, {}, { faults: [{ what: "tree", kind: "network", message: "502" }] }).state).toBe("error");
});

test.each([
  ['/countersign override reason="a b" incident=I-1', { reason: "a b", incident: "I-1" }],
  ['words\n/countersign override reason="a"\nmore', { reason: "a", incident: null }],
  ["/countersign override reason=“curly”", { reason: "curly", incident: null }],
  ['> /countersign override reason="quoted"', null],
  ['```\n/countersign override reason="code"\n```', null],
  ['    /countersign override reason="indented code"', null],
  ["/countersign override", null],
  ['/countersign override reason=""', null],
  ['/countersign override reason="…"', null],
  ['please /countersign override reason="a"', null],
  ['<!-- /countersign override reason="a" -->', null],
  ['<!--\n/countersign override reason="a"\n-->', null],
  ['words <!-- more\n\n/countersign override reason="a"', null],
  ['<!-- a --> <!--\n/countersign override reason="a"\n-->', null],
  ['<!-->\n/countersign override reason="a"', null],
  ['```a`b\n<!--\n```\n/countersign override reason="a"\n-->', null],
  ['<!--\n```\n-->\n```\n/countersign override reason="a"\n```', null],
  ['/countersign override <!-- reason="a" -->', null],
  ['/countersign override <!-- reason="a"', null],
  ['<!-- form -->\n/countersign override reason="a"', { reason: "a", incident: null }],
  ['<!--\nform\n-->\n/countersign override reason="a" <!-- b -->', { reason: "a", incident: null }],
])("%j", (body, expected) => {
  expect(overrideCommand(body)).toEqual(expected);
});
