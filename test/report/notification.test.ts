import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/engine/decision.ts";
import { slackMessage, type Told, webhookMessage } from "../../src/report/notification.ts";
import { piiPolicy, secOps, strip } from "./fixtures.ts";
import { ATTACKS, hostileText } from "./hostile.ts";

const PLACES = { webUrl: "https://github.example", publicUrl: "https://station.example" };

interface Block {
  readonly type: string;
  readonly text: { readonly type: string; readonly text: string; readonly verbatim?: boolean; readonly emoji?: boolean };
}

function told(over: Partial<Told> = {}): Told {
  return {
    event: "pending",
    at: "2026-11-20T10:00:00.000Z",
    repository: { id: 4, name: "acme/data" },
    pullRequest: 12,
    baseRef: "main",
    title: "Drop a tag",
    evaluationId: "e1",
    decision: { ...strip, requirements: [{ ...secOps, have: 0, minApprovals: 1 }] },
    incident: null,
    review: null,
    ...over,
  };
}

function slack(given: Told): { readonly text: string; readonly head: string; readonly body: string; readonly blocks: readonly Block[] } {
  const message = slackMessage(given, PLACES) as { readonly text: string; readonly blocks: readonly Block[] };
  return { ...message, head: message.blocks[0]!.text.text, body: message.blocks[1]!.text.text };
}

describe("a Slack message", () => {
  test("says what waits, for whom, since when, at which risk, and where to look", () => {
    const { head, body, text } = slack(told());
    expect(head).toBe(
      "*Waits for approval*: <https://github.example/acme/data/pull/12|acme/data#12> · <https://station.example/evaluations/e1|report>",
    );
    for (const said of ["Drop a tag", "Branch: main", `Waiting for: ${secOps.team} (0 of 1)`, "Since: 2026-11-20T10:00:00.000Z", "Risk "])
      expect(body).toContain(said);
    expect(text).toBe("Waits for approval: acme/data#12");
  });

  test.each<[string, Partial<Told>, readonly string[]]>([
    [
      "an override",
      {
        event: "override",
        decision: {
          ...strip,
          override: {
            ...{ by: "ana", byId: 1, reason: "pager", incident: "INC-7", at: "2026-11-20T09:00:00Z" },
            ...{ expiresAt: "2026-11-20T13:00:00Z", postHocReviewDue: "2026-11-22T09:00:00Z" },
          },
        },
      },
      ["By: ana", "Reason: pager", "Incident: INC-7", "Ends: 2026-11-20T13:00:00Z", "Post-hoc review due: 2026-11-22T09:00:00Z"],
    ],
    [
      "a bypass",
      { event: "bypass", incident: { because: "merged while pending", mergeSha: "abc" } },
      ["What landed: abc", "Why: merged while pending"],
    ],
    [
      "a review that is overdue",
      { event: "overdue", review: { dueAt: "2026-11-22T09:00:00Z", issue: 5 } },
      ["The post-hoc review of its override was due 2026-11-22T09:00:00Z (issue #5)"],
    ],
    [
      "an approval that is late",
      { event: "overdue", decision: { ...strip, policies: [{ ...piiPolicy, slaHours: 24 }], requirements: [secOps] } },
      ["It has waited longer than the 24 h that its policies allow", "Waiting for: "],
    ],
  ])("tells %s", (_what, over, said) => {
    const { body } = slack(told(over));
    for (const each of said) expect(body).toContain(each);
  });

  test("of a push names the commit, and no report where there is none", () => {
    const push = { pullRequest: null, title: null, evaluationId: null, decision: null, incident: { because: "pushed", mergeSha: "abc" } };
    expect(slack(told({ event: "bypass", ...push })).head).toBe(
      "*Landed past the gate*: <https://github.example/acme/data/commit/abc|acme/data>",
    );
  });

  test.each(["<!channel> <@U1> <!here|x>", "<https://evil.example|report>", ...ATTACKS])(
    "T88: %j in a title, a branch, a reason or a name neither pings, links nor breaks anything",
    (attack) => expectHarmless(attack),
  );

  test("T88: nor does any other text", () => fc.assert(fc.property(hostileText, expectHarmless)));

  test("is never longer than Slack takes, whatever its escapes make of it", () => {
    for (const filler of ["&", "<", "x"]) expect(slack(hostile(filler.repeat(5000))).body.length).toBeLessThanOrEqual(3000);
  });
});

function hostile(text: string): Told {
  const decision: Decision = {
    ...strip,
    requirements: Array.from({ length: 30 }, () => ({ ...secOps, team: text, have: 0 })),
    override: { by: text, byId: 1, reason: text, incident: text, at: "", expiresAt: "", postHocReviewDue: "" },
  };
  return told({ title: text, baseRef: text, incident: { because: text, mergeSha: text }, decision });
}

/** What Slack reads as markup stands in our own words alone. */
function expectHarmless(text: string): void {
  for (const event of ["pending", "override", "bypass", "overdue"] as const) {
    const message = slack({ ...hostile(text), event });
    expect(message.head).toMatch(/^\*[A-Z][a-z ]+\*: <https:\/\/github\.example\/acme\/data\/pull\/12\|acme\/data#12> · <[^<>]+\|report>$/);
    for (const part of [message.body, message.text]) expect(part).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
    expect(message.blocks[1]!.text).toMatchObject({ type: "plain_text", emoji: false });
    expect(message.blocks[0]!.text).toMatchObject({ type: "mrkdwn", verbatim: true });
  }
}

test("a webhook's body is data: nothing is escaped, and what is not there is null", () => {
  const title = '<!channel> "&"';
  expect(webhookMessage("n1", told({ title }), PLACES)).toMatchObject({
    schemaVersion: 1,
    id: "n1",
    event: "pending",
    at: "2026-11-20T10:00:00.000Z",
    repository: { id: 4, name: "acme/data" },
    branch: "main",
    pullRequest: { number: 12, title, url: "https://github.example/acme/data/pull/12" },
    evaluation: { id: "e1", url: "https://station.example/evaluations/e1", state: strip.state, verdict: strip.verdict },
    waitingFor: [{ requirement: secOps.id, team: secOps.team, minApprovals: 1, have: 0 }],
    override: null,
    incident: null,
    review: null,
  });
});
