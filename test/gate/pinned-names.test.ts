import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { checkPoliciesInForce } from "../../src/gate/check-policies.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** Names change hands, ids do not: a policy means the teams and people that its names stood for when it came into force. */
const FILES = ".choochoo/approval-policies.yaml";

let hand: Hand;
let repo: Repository;
let made = 0;
beforeAll(async () => {
  hand = await startHand();
  hand.pass(60);
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
  expect(hand.hub.unknownRequests).toEqual([]);
});
afterAll(() => hand.close());

const named = (approvers: string) => POLICIES.replace(/ {6}- role: "security-engineer"\n {8}team: "sec-ops"/, `      - ${approvers}`);

/** A repository whose policy asks a team of its own, with bob in it. */
function withTeam(files: Readonly<Record<string, string>> = {}): string {
  made += 1;
  const slug = `guild-${made}`;
  hand.hub.createTeam("acme", slug);
  hand.hub.addMember(`acme/${slug}`, "bob");
  repo = hand.repository({ [FILE]: CONTRACT, ".choochoorc": CONFIG, [FILES]: named(`team: "${slug}"`), ...files });
  return slug;
}

/** By whoever may create teams: the name is captured, with themselves in it. */
function capture(slug: string, member = "dave"): void {
  hand.hub.deleteTeam(`acme/${slug}`);
  hand.hub.createTeam("acme", slug);
  hand.hub.addMember(`acme/${slug}`, member);
}

async function work(): Promise<void> {
  hand.pass(5);
  await hand.work();
}
async function approve(number: number, actor: string): Promise<void> {
  hand.hub.review(repo.name, number, { actor, state: "APPROVED" });
  await work();
}
async function again(number: number) {
  await hand.deps.ledger.markDirty(repo.key(number));
  await work();
  return (await hand.deps.ledger.latestEvaluation(repo.key(number)))!.decision;
}
const title = (sha: string) => hand.hub.checkRuns(repo.name, sha).find(({ name }) => name === CHECK)?.output.title ?? "";
/** A policy that an owner approves, and that lands. */
async function land(files: Readonly<Record<string, string>>, branch: string): Promise<void> {
  const pull = repo.open(files, branch);
  await work();
  await approve(pull.number, "ana");
  expect(repo.shows(pull.head)).toBe("success");
  hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
  await work();
}

test("T08: a team that is deleted and made again under the same slug is another team: blocked, with the reason", async () => {
  const slug = withTeam();
  const pull = repo.open();
  await work();
  expect(repo.shows(pull.head)).toBe("action_required");
  capture(slug);
  await approve(pull.number, "dave");
  expect(repo.shows(pull.head)).toBe("failure");
  expect(title(pull.head)).toMatch(new RegExp(`team ${slug} is another team now \\(id \\d+, was \\d+\\): change the policy`));
});

test("T08: a success goes when the name is captured, and a landed policy takes the names as they are then", async () => {
  const slug = withTeam();
  const pull = repo.open();
  await work();
  await approve(pull.number, "bob");
  expect(repo.shows(pull.head)).toBe("success");
  capture(slug, "carol");
  expect((await again(pull.number)).state).toBe("invalid");
  await land({ [FILES]: named(`team: "${slug}"`).replace("slaHours: 24", "slaHours: 12") }, "again");
  expect((await again(pull.number)).state).toBe("pending_approval");
  await approve(pull.number, "carol");
  expect(repo.shows(pull.head)).toBe("success");
});

test("T08: the name is captured after the policy landed and before anybody is asked by it", async () => {
  withTeam();
  const next = `later-${made}`;
  hand.hub.createTeam("acme", next);
  hand.hub.addMember(`acme/${next}`, "bob");
  await land({ [FILES]: named(`team: "${next}"`) }, "policy");
  capture(next);
  const pull = repo.open();
  await work();
  await approve(pull.number, "dave");
  expect(repo.shows(pull.head)).toBe("failure");
  expect(title(pull.head)).toContain(`team ${next} is another team now`);
});

test("T08: the nightly check says so before any pull request meets it", async () => {
  const slug = withTeam();
  const pull = repo.open();
  await work();
  expect(repo.shows(pull.head)).toBe("action_required");
  const mine = async () => (await checkPoliciesInForce(hand.deps)).find(({ repository }) => repository === repo.name);
  expect(await mine()).toMatchObject({ status: "satisfiable" });
  capture(slug);
  expect(await mine()).toMatchObject({
    status: "unsatisfiable",
    problems: [expect.stringMatching(new RegExp(`team ${slug} is another team now \\(id \\d+, was \\d+\\): change the policy`))],
  });
});

test("T08: a team that could not be read is pinned when it first is", async () => {
  made += 1;
  const slug = `late-${made}`;
  repo = hand.repository({ [FILE]: CONTRACT, ".choochoorc": CONFIG, [FILES]: named(`team: "${slug}"`) });
  const pull = repo.open();
  await work();
  expect(title(pull.head)).toContain(`Cannot read team ${slug}`);
  hand.hub.createTeam("acme", slug);
  hand.hub.addMember(`acme/${slug}`, "bob");
  expect((await again(pull.number)).state).toBe("pending_approval");
  capture(slug);
  expect((await again(pull.number)).state).toBe("invalid");
});

test("T12: a login in the policy stays the person it stood for, and is never whoever took the name", async () => {
  const login = `erin-${made}`;
  const { id } = hand.hub.createUser(login);
  withTeam({ [FILES]: named(`users: ["${login}"]`) });
  hand.hub.grant(repo.name, login, "write");
  const pull = repo.open();
  await work();
  expect(repo.shows(pull.head)).toBe("action_required");
  hand.hub.renameUser(login, `${login}-old`);
  hand.hub.createUser(login);
  hand.hub.grant(repo.name, login, "write");
  await approve(pull.number, login);
  expect(repo.shows(pull.head)).toBe("action_required");
  await approve(pull.number, `${login}-old`);
  expect(repo.shows(pull.head)).toBe("success");
  const decision = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.decision;
  expect(decision.requirements[0]?.approvals).toMatchObject([{ userId: id }]);
});

test("T19: a login that nobody had when the policy came into force needs write access, not only the name", async () => {
  made += 1;
  const login = `nobody-${made}`;
  withTeam({ [FILES]: named(`users: ["${login}"]`) });
  const pull = repo.open();
  await work();
  hand.hub.createUser(login);
  hand.hub.grant(repo.name, login, "read");
  await approve(pull.number, login);
  expect(repo.shows(pull.head)).toBe("action_required");
  hand.hub.grant(repo.name, login, "write");
  await again(pull.number);
  expect(repo.shows(pull.head)).toBe("success");
});

test("T15: nothing that was read for one decision serves the next: a membership that ended unheard ends the success", async () => {
  const slug = withTeam();
  const pull = repo.open();
  await work();
  await approve(pull.number, "bob");
  expect(repo.shows(pull.head)).toBe("success");
  const reads = () => hand.hub.requests.filter(({ path }) => path.includes(`/teams/${slug}/members`)).length;
  for (const [member, shown] of [
    [false, "action_required"],
    [true, "success"],
    [false, "action_required"],
  ] as const) {
    hand.hub.setWebhook(null);
    if (member) hand.hub.addMember(`acme/${slug}`, "bob");
    else hand.hub.removeMember(`acme/${slug}`, "bob");
    hand.hub.setWebhook(hand.webhook);
    const before = reads();
    await again(pull.number);
    expect(repo.shows(pull.head)).toBe(shown);
    expect(reads()).toBeGreaterThan(before);
  }
});
