/**
 * The main job, end to end, on this machine alone: a simulated GitHub, the real app with its embedded database, a pull request
 * that strips a pii tag, the check, the review, the merge, the records. `-- --once` ends after the story.
 */
import { randomBytes } from "node:crypto";
import picocolors from "picocolors";
import { type RunningServer, startServer } from "../../dist/serve.js";
import { type Hub, startHub } from "../hub/hub.ts";
import { CONFIG, CONTRACT, HOTFIX, LOOSER, POLICIES, STRIPPED } from "./sample.ts";

const REPOSITORY = "acme/contracts";
const CHECK = "countersign: main";
const WAIT_MS = 30_000;
const PAGES = [
  ["the approved pull request", "/pulls/acme/contracts/1"],
  ["the change of policy, waiting", "/pulls/acme/contracts/4"],
  ["all pull requests", "/"],
  ["who is waited for, since when", "/approvals"],
  ["policies in force", "/policies"],
  ["workspaces and their plans", "/workspaces"],
  ["overrides and their reviews", "/overrides"],
  ["is the check required?", "/doctor"],
  ["audit trail", "/audit"],
  ["report for auditors", "/report"],
] as const;
const { bold, cyan, dim, green, red, yellow } = picocolors;

async function main(): Promise<void> {
  const once = process.argv.includes("--once");
  const hub = await startHub();
  const token = randomBytes(24).toString("hex");
  const server = await startApp(hub, token);
  try {
    await story(hub, server, token);
  } catch (error) {
    await server.close();
    await hub.close();
    throw error;
  }
  if (once) {
    say(`\n${dim("Without --once the server stays, and its pages can be looked at.")}`);
  } else {
    const page = (path: string) => `${server.url}/dev-login?token=${token}&next=${encodeURIComponent(path)}`;
    say("");
    say(`${bold("Look around")} ${dim("(the dev login exists only in this demo, on loopback)")}`);
    for (const [what, path] of PAGES) say(`  ${what.padEnd(32)}${cyan(page(path))}`);
    say(`\n${dim("Ctrl-C ends it.")}`);
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
  }
  await server.close();
  await hub.close();
}

async function startApp(hub: Hub, token: string): Promise<RunningServer> {
  const secret = randomBytes(32).toString("hex");
  say(`${bold("Countersign demo")} ${dim("one machine, no account, no network")}\n`);
  step("simulated GitHub", hub.url);
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    publicUrl: null,
    databaseUrl: null,
    dataDir: null,
    github: { appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url },
    webhookSecrets: [secret],
    logLevel: "error",
    devLoginToken: token,
  });
  hub.setWebhook({ url: `${server.url}/webhooks/github`, secret });
  step("Countersign with its embedded database", server.url);
  return server;
}

async function story(hub: Hub, server: RunningServer, token: string): Promise<void> {
  hub.createOrg("acme");
  for (const login of ["alice", "bob", "carol", "dave", "ana"]) hub.createUser(login);
  for (const login of ["alice", "bob", "carol", "dave"]) hub.addOrgMember("acme", login);
  hub.addOrgMember("acme", "ana", { role: "admin" });
  hub.createTeam("acme", "sec-ops");
  for (const login of ["bob", "carol"]) hub.addMember("acme/sec-ops", login);
  hub.createTeam("acme", "security-engineers");
  const files = { "contracts/customers.odcs.yaml": CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES };
  const repository = hub.createRepo(REPOSITORY, files, { grants: { alice: "write", dave: "write", "acme/sec-ops": "write" } });
  hub.protect(REPOSITORY, "main", { requiredChecks: [{ context: CHECK, appId: hub.app.id }], enforceAdmins: true });

  chapter("alice opens a pull request that drops the `pii` tag from customers.email");
  hub.push(
    REPOSITORY,
    "tidy-descriptions",
    { "contracts/customers.odcs.yaml": STRIPPED },
    { actor: "alice", message: "Tidy descriptions" },
  );
  const pull = hub.openPull(REPOSITORY, { actor: "alice", head: "tidy-descriptions", title: "Tidy descriptions" });
  const head = hub.headSha(REPOSITORY, pull.number);
  const blocked = await checkReaches(hub, head, "action_required");
  showCheck(blocked);
  if (!blocked.title.includes("sec-ops")) throw new Error(`the check does not name sec-ops: ${blocked.title}`);
  const refused = mergeIsRefused(hub, pull.number);
  step("merging now is refused", refused);

  chapter("dave approves, but he is not in sec-ops");
  hub.review(REPOSITORY, pull.number, { actor: "dave", state: "APPROVED" });
  await settle(hub, server);
  const unmoved = await checkReaches(hub, head, "action_required");
  showCheck(unmoved);
  step("not counted", /^\*\*Not counted\*\*: (.+)$/m.exec(unmoved.summary)?.[1] ?? "nothing, which is wrong");

  chapter("bob of sec-ops reads the field diff and approves");
  hub.review(REPOSITORY, pull.number, { actor: "bob", state: "APPROVED" });
  showCheck(await checkReaches(hub, head, "success"));

  chapter("alice merges");
  const mergeSha = hub.merge(REPOSITORY, pull.number, { actor: "alice", method: "squash" });
  step("merged", mergeSha.slice(0, 12));
  const record = await until("the governance approval", async () => server.ledger.approvalOf(repository.id, pull.number));
  const { approval, artifact, event } = record;
  step("GovernanceApproval", `${approval.id}  ${approval.kind}, channel ${approval.channel}, version ${approval.approvalVersion}`);
  step("approved by", approval.approvedBy.map((person) => person.login).join(", "));
  step("CompiledGovernanceArtifact", `sha256 ${artifact.compiledHash}`);
  step("audit event", `#${event.seq} ${event.type}  ${event.hash.slice(0, 16)}… after ${event.prevHash.slice(0, 16)}…`);
  await nightStory(hub, server, repository.id);
  await policyStory(hub);
  if (hub.violations.length > 0) throw new Error(`the simulated GitHub broke GitHub's own schema: ${hub.violations[0]}`);
  const page = await fetch(`${server.url}/dev-login?token=${token}&next=/`, { redirect: "manual" });
  if (page.status !== 302 && page.status !== 303) throw new Error(`the Station answered ${page.status}`);
}

/** The override: loud, with a reason, and a review that is owed. */
async function nightStory(hub: Hub, server: RunningServer, repositoryId: number): Promise<void> {
  chapter("at night nobody of sec-ops is awake: ana, who owns the organisation, breaks the glass");
  hub.push(REPOSITORY, "hotfix", { "contracts/customers.odcs.yaml": HOTFIX }, { actor: "alice", message: "Hotfix" });
  const { number } = hub.openPull(REPOSITORY, { actor: "alice", head: "hotfix", title: "Hotfix of the phone field" });
  const head = hub.headSha(REPOSITORY, number);
  await checkReaches(hub, head, "action_required");
  // GitHub tells whole seconds: a label of the second of the push may be older than it.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  hub.label(REPOSITORY, number, "governance-override", { actor: "ana" });
  hub.comment(REPOSITORY, number, '/countersign override reason="pager 1234" incident=INC-7', { actor: "ana" });
  showCheck(await checkReaches(hub, head, "success"));
  hub.merge(REPOSITORY, number, { actor: "alice", method: "squash" });
  const { approval } = await until("the forced record", async () => server.ledger.approvalOf(repositoryId, number));
  step("GovernanceApproval", `${approval.id}  ${approval.kind}, approved by nobody`);
  const issue = await until(
    "the post-hoc review",
    async () => hub.issues(REPOSITORY).find(({ title }) => title.includes(`#${number}`)) ?? null,
  );
  step("review that is owed", `#${issue.number} ${issue.title}`);
}

/** Policy is never read from the change itself. */
async function policyStory(hub: Hub): Promise<void> {
  chapter("alice proposes a policy that no longer looks at `pii`");
  hub.push(REPOSITORY, "less-policy", { ".choochoo/approval-policies.yaml": LOOSER }, { actor: "alice", message: "Less policy" });
  const { number } = hub.openPull(REPOSITORY, { actor: "alice", head: "less-policy", title: "Less policy" });
  showCheck(await checkReaches(hub, hub.headSha(REPOSITORY, number), "action_required"));
}

interface Shown {
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
}

/** Waits until the newest run of the check on this commit has the conclusion. */
async function checkReaches(hub: Hub, sha: string, conclusion: string): Promise<Shown> {
  return until(`${CHECK} to be ${conclusion}`, async () => {
    const run = hub.checkRuns(REPOSITORY, sha).find((candidate) => candidate.name === CHECK);
    return run?.conclusion === conclusion
      ? { conclusion: run.conclusion, title: run.output?.title ?? "", summary: run.output?.summary ?? "" }
      : null;
  });
}

/** All deliveries answered and all work done. */
async function settle(hub: Hub, server: RunningServer): Promise<void> {
  await hub.settled();
  await until("the worker", async () => ((await server.ledger.pendingSubjects(1)).length === 0 ? true : null));
}

function mergeIsRefused(hub: Hub, number: number): string {
  try {
    hub.merge(REPOSITORY, number, { actor: "alice" });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("the simulated GitHub let an unapproved change through");
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${WAIT_MS / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function showCheck(check: Shown): void {
  const paint = check.conclusion === "success" ? green : check.conclusion === "failure" ? red : yellow;
  say(`  ${paint(check.conclusion === "success" ? "✓" : "●")} ${bold(CHECK)}  ${paint(check.conclusion ?? "in progress")}`);
  say(`    ${check.title}`);
}

function chapter(text: string): void {
  say(`\n${bold(text)}`);
}

function step(what: string, value: string): void {
  say(`  ${what.padEnd(40)}${dim(value)}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
