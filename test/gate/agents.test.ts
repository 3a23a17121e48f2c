import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** Agents as GitHub shows them: their accounts, what their commits say, and what is registered on the default branch. */
let hand: Hand;
let name: string;
let id: number;
let serial = 0;
const BOT = "tidy[bot]";

beforeAll(async () => {
  hand = await startHand();
  hand.hub.createUser(BOT, { type: "Bot" });
});
beforeEach(() => {
  serial += 1;
  name = `acme/agents-${serial}`;
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

const CARD = ".choochoo/system-cards/tidy.yaml";
const registered = (boundaries: string) =>
  `# Agents\n\n\`\`\`yaml countersign-agents\nagents:\n  - id: tidy\n    status: active\n    accounts: ["${BOT}"]\n    tools: [tidy-cli]\n    boundaries: { ${boundaries} }\n\`\`\`\n`;

function stage(files: Record<string, string>): void {
  const base = { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES };
  const grants = { alice: "write", dave: "write", [BOT]: "write", "acme/sec-ops": "write" } as const;
  id = hand.hub.createRepo(name, { ...base, ...files }, { grants }).id;
  hand.pass(5);
}

interface Opening {
  readonly files?: Record<string, string | null>;
  readonly actor?: string;
  readonly author?: string;
  readonly message?: string;
  readonly verified?: boolean;
  readonly opener?: string;
}

async function open({ files = { [FILE]: STRIPPED }, actor = "alice", author, message = "change", verified, opener = actor }: Opening) {
  const commit = { actor, message, ...(author === undefined ? {} : { author }), ...(verified === undefined ? {} : { verified }) };
  hand.hub.push(name, "work", files, commit);
  hand.pass(5);
  const pull = hand.hub.openPull(name, { actor: opener, head: "work", title: "work" });
  hand.pass(5);
  await hand.work();
  return pull;
}

async function approve(number: number, actor: string) {
  hand.hub.review(name, number, { actor, state: "APPROVED" });
  hand.pass(5);
  await hand.work();
}

const run = (sha: string) => hand.hub.checkRuns(name, sha).find((each) => each.name === CHECK);
/** Evaluations as stored. */
const latest = (number: number) => hand.deps.ledger.latestEvaluation(`${id}#${number}`);
const traces = async (number: number) =>
  (await hand.deps.ledger.decisionTraces({ subject: `${id}#${number}`, limit: 50 }))
    .toReversed()
    .map(({ agentId, state, outcome, ending }) => [agentId, state, outcome, ending]);
const crossings = async () =>
  (await hand.deps.ledger.auditTrail(500)).filter(
    ({ type, payload }) => type === "agent.boundary_violation" && (payload as { repositoryId: number }).repositoryId === id,
  );

describe("a boundary that is crossed", () => {
  test("E007: the check fails, no approval cures it, and it is recorded once", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    const pull = await open({ actor: BOT });
    expect(run(pull.headSha)).toMatchObject({ conclusion: "failure" });
    expect(run(pull.headSha)?.output?.title).toContain("Blocked: tidy touches customers.email, tagged pii (no-pii) (E007)");
    await approve(pull.number, "bob");
    await approve(pull.number, "carol");
    await hand.deps.ledger.markDirty(`${id}#${pull.number}`);
    await hand.work();
    expect(run(pull.headSha)).toMatchObject({ conclusion: "failure" });
    expect(await crossings()).toMatchObject([
      { severity: "critical", payload: { pullRequest: pull.number, agent: "tidy", violations: [{ boundary: "no-pii" }] } },
    ]);
    expect((await traces(pull.number))[0]).toEqual(["tidy", "final", "blocked", "blocked"]);
  });

  test("T44: on a commit on the way, which the next one takes back", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    hand.hub.push(name, "work", { [FILE]: STRIPPED }, { actor: "alice", message: "change\n\nAgent: tidy" });
    const pull = await open({ files: { [FILE]: CONTRACT } });
    expect(run(pull.headSha)?.output?.title).toContain("(no-pii) (E007)");
  });

  test.each<[string, Opening]>([
    ["wrote a commit of a person's change", { author: BOT }],
    ["pushed to a person's change", { actor: BOT, author: "alice", opener: "alice" }],
    ["is named by a trailer", { message: "change\n\nAgent: tidy" }],
    [
      "is named as co-author by the address of its account",
      { message: "change\n\nCo-authored-by: T <1+tidy[bot]@users.noreply.github.com>" },
    ],
    [
      "left an Agent Trace",
      {
        files: {
          [FILE]: STRIPPED,
          ".agent-trace/traces.jsonl": `${JSON.stringify({ version: "0.1.0", tool: { name: "tidy-cli" }, files: [{ path: FILE, conversations: [{ contributor: { type: "ai" }, ranges: [] }] }] })}\n`,
        },
      },
    ],
  ])("an agent that hides behind a human author: it %s", async (_what, opening) => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    const pull = await open(opening);
    expect(run(pull.headSha)?.output?.title).toContain("(no-pii) (E007)");
  });

  test("a change that only reformats is an action too, and its commits are read for it", async () => {
    stage({ "AGENTS.md": registered("read-only: true") });
    const pull = await open({ files: { [FILE]: `# tidy\n${CONTRACT}` }, message: "change\n\nAgent: tidy" });
    expect(run(pull.headSha)?.output?.title).toContain("(read-only) (E007)");
  });

  test("T31: AGENTS.md and the card are read at the trusted commit, so a laxer one at the head changes nothing", async () => {
    stage({ "AGENTS.md": registered(""), [CARD]: "environments: [staging]\nconfidence: 0.5\n" });
    const pull = await open({ actor: BOT, files: { [FILE]: STRIPPED, [CARD]: "confidence: 1\n" } });
    expect(run(pull.headSha)?.output?.title).toContain("works in production, and may only in staging (env-restricted) (E007)");
    expect((await latest(pull.number))?.decision.risk.factors[2]?.points).toBe(50);
  });

  test.each<[string, Record<string, string | null>]>([
    ["deleted", { "AGENTS.md": null }],
    ["emptied of its block", { "AGENTS.md": "# Agents\n" }],
    ["renamed", { "AGENTS.md": null, "docs/AGENTS.md": registered("no-pii: true") }],
  ])("T28: an AGENTS.md that is %s by the same change holds all the same", async (_what, files) => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    const pull = await open({ actor: BOT, files: { [FILE]: STRIPPED, ...files } });
    expect(run(pull.headSha)?.output?.title).toContain("(no-pii) (E007)");
  });

  test("a path that is not governed counts for the scope", async () => {
    stage({ "AGENTS.md": registered('scope-limited: ["contracts/**"]') });
    const pull = await open({ actor: BOT, files: { [FILE]: STRIPPED, "src/x.ts": "x\n" } });
    expect(run(pull.headSha)?.output?.title).toContain("src/x.ts");
  });
});

describe("a broken registry", () => {
  test("at the trusted commit is invalid, for a person's change too", async () => {
    stage({ "AGENTS.md": registered("no-pi: true") });
    const pull = await open({});
    expect(run(pull.headSha)).toMatchObject({ conclusion: "failure" });
    expect(run(pull.headSha)?.output?.title).toContain("`AGENTS.md` line 9");
    expect((await latest(pull.number))?.decision.state).toBe("invalid");
  });
  test("T29: a symbolic link in its place is invalid", async () => {
    stage({ "AGENTS.md": { mode: "120000", content: "README.md" } as never });
    const pull = await open({});
    expect((await latest(pull.number))?.decision.state).toBe("invalid");
  });
  test("a change that would break it is told before it lands", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    const pull = await open({ files: { "AGENTS.md": registered("no-pi: true") } });
    expect(run(pull.headSha)?.output?.title).toContain("`AGENTS.md` line 9");
  });
});

describe("Decision Traces", () => {
  test("pending while the action is paused, and final with the whole chain of approvals once it has landed", async () => {
    stage({ "AGENTS.md": registered("requires-approval: true"), [CARD]: "confidence: 1\n" });
    const pull = await open({ actor: BOT, message: "change\n\nAgent-Launched-By: dave", verified: true });
    expect(await traces(pull.number)).toEqual([["tidy", "pending", "pending", null]]);
    await approve(pull.number, "bob");
    expect(run(pull.headSha)).toMatchObject({ conclusion: "success" });
    hand.hub.merge(name, pull.number, { actor: "ana", method: "squash" });
    await hand.work();
    expect((await traces(pull.number)).at(-1)).toEqual(["tidy", "final", "approved", "merged"]);
    const [last] = await hand.deps.ledger.decisionTraces({ agent: "TIDY", subject: `${id}#${pull.number}`, limit: 1 });
    expect(last?.approvals).toMatchObject([{ requirement: "sec-ops (security-engineer)", channel: "github" }]);
    expect(last?.action).toMatchObject({ systemCard: CARD, policies: ["repo/pii-change-policy"], violations: [] });
    expect(await hand.deps.ledger.decisionTrace(last!.id)).toEqual(last);
    const before = await traces(pull.number);
    await hand.deps.ledger.markDirty(`${id}#${pull.number}`);
    await hand.work();
    expect(await traces(pull.number)).toEqual(before);
  });

  test("closed without landing: final, rejected", async () => {
    stage({ "AGENTS.md": registered("requires-approval: true") });
    const pull = await open({ actor: BOT });
    hand.hub.closePull(name, pull.number, { actor: "ana" });
    await hand.work();
    expect(await traces(pull.number)).toEqual([
      ["tidy", "pending", "pending", null],
      ["tidy", "final", "rejected", "closed"],
    ]);
  });

  test("landed without leave: final, and no outcome that nobody gave", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    const pull = await open({ actor: BOT });
    hand.hub.merge(name, pull.number, { actor: "ana", method: "squash", bypass: true });
    await hand.work();
    expect((await traces(pull.number)).at(-1)).toEqual(["tidy", "final", "blocked", "merged"]);
  });

  test("a person's change has none", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") });
    expect(await traces((await open({})).number)).toEqual([]);
  });
});

describe("who launched an agent", () => {
  const trailer = "change\n\nAgent-Launched-By: bob";
  test("counts as author, when GitHub vouches for the commit that says so", async () => {
    stage({ "AGENTS.md": registered(""), [CARD]: "confidence: 1\n" });
    const pull = await open({ actor: BOT, message: trailer, verified: true });
    await approve(pull.number, "bob");
    expect((await latest(pull.number))?.decision).toMatchObject({
      state: "pending_approval",
      refused: [{ user: "bob", reason: "launcher" }],
    });
    await approve(pull.number, "carol");
    expect((await latest(pull.number))?.decision.state).toBe("approved");
  });
  test("nobody knows whom: one more approver", async () => {
    stage({ "AGENTS.md": registered("") });
    const pull = await open({ actor: BOT });
    await approve(pull.number, "carol");
    expect((await latest(pull.number))?.decision.requirements.map(({ id: asked }) => asked)).toContain("one more person");
    expect((await latest(pull.number))?.decision.state).toBe("pending_approval");
  });
});

test("H: an override on the same contract in the last 90 days weighs, on another contract or longer ago it does not", async () => {
  stage({ "contracts/other.odcs.yaml": CONTRACT });
  const first = await open({});
  hand.hub.label(name, first.number, "governance-override", { actor: "ana" });
  hand.pass(1);
  hand.hub.comment(name, first.number, '/countersign override reason="pager"', { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect((await latest(first.number))?.decision).toMatchObject({ state: "overridden", risk: { factors: { 4: { points: 0 } } } });
  const later = async (branch: string, file: string) => {
    hand.hub.push(name, branch, { [file]: STRIPPED }, { actor: "alice" });
    hand.pass(5);
    const { number } = hand.hub.openPull(name, { actor: "alice", head: branch });
    await hand.work();
    return (await latest(number))?.decision.risk.factors[4];
  };
  expect(await later("same", FILE)).toMatchObject({ points: 13, because: "1 override in the last 90 days" });
  expect(await later("other", "contracts/other.odcs.yaml")).toMatchObject({ points: 0, because: "nothing recorded" });
  const since = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const of = (days: number, besides = "") =>
    hand.deps.ledger.recentOverrides({ repositoryId: id, contracts: [FILE], since: since(days), besides });
  expect([await of(90), await of(-1), await of(90, `${id}#${first.number}`)]).toEqual([1, 0, 0]);
});
