import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type CliContext, EXIT } from "../../src/cli/io.ts";
import { rowsOf } from "../../src/store/connect.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { describeOnServer } from "../support/database.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import { sampleTrace } from "../support/sample-evaluation.ts";
import type { Station } from "../support/station.ts";
import { listenBefore, logIn, startSubmissionStation } from "../support/submission-station.ts";

const FILE = "contracts/customers.odcs.yaml";

// Both drivers answer the same requests in test/studio/api/submissions.test.ts; git is slow to start beside an embedded database.
describeOnServer("governance, from the command line to the records", (open) => {
  let station: Station;
  let server: { readonly url: string; close(): Promise<void> };
  let repo: GitRepository;
  let home: string;
  let key = "";
  let count = 0;

  beforeAll(async () => {
    station = await startSubmissionStation(await open());
    server = await listenBefore(station);
    key = (await station.key("acme", ["submit"]))["authorization"]!.slice("Bearer ".length);
  });
  afterAll(async () => {
    await server.close();
    await station.close();
  });
  beforeEach(() => {
    count += 1;
    home = mkdtempSync(join(tmpdir(), "countersign-home-"));
    repo = createGitRepository();
    repo.commit({ [FILE]: CONTRACT, ".choochoorc": `governance: {agent: catalogue/cli-${count}}\n`, "README.md": "a" });
    repo.git("checkout", "--quiet", "-b", "tidy");
    repo.commit({ [FILE]: STRIPPED, "README.md": "b" });
  });
  afterEach(() => {
    repo.remove();
    rmSync(home, { recursive: true, force: true });
  });

  /** As a pipeline with its key. */
  const pipeline = (args: readonly string[], given: Partial<CliContext> = {}) =>
    countersign(repo.path, ["governance", ...args], { COUNTERSIGN_URL: server.url, COUNTERSIGN_API_KEY: key }, given);
  /** As a person at a terminal of their own. */
  const person = (login: string, args: readonly string[]) =>
    countersign(repo.path, args, { COUNTERSIGN_URL: server.url, XDG_CONFIG_HOME: join(home, login) }, { clock: { now: () => new Date() } });
  const login = (name: string, more: readonly string[] = []) =>
    logIn(station, { url: server.url, repository: repo.path, home }, name, more);
  const idIn = (text: string) => /submission ([0-9a-f-]{36})/.exec(text)![1]!;

  test("a pipeline submits and is blocked, people approve, and its waiting ends with 0 and the records", async () => {
    const submitted = await pipeline(["submit", "--message", "Tidy descriptions"]);
    expect(submitted).toMatchObject({ code: 10, stderr: "" });
    expect(submitted.stdout).toContain("pending_approval");
    expect(submitted.stdout).toContain("https://station.example/workspaces/");
    const id = idIn(submitted.stdout);
    // The same change again is the same submission.
    expect(idIn((await pipeline(["submit", "--message", "Tidy descriptions"])).stdout)).toBe(id);

    station.hub.addMember("acme/sec-ops", "ana");
    expect((await login("bob")).code).toBe(0);
    expect((await login("ana", ["--organisation", "acme"])).code).toBe(0);
    const first = await person("bob", ["governance", "approve", id, "--comment", "the tag moves elsewhere"]);
    expect(first).toMatchObject({ code: 10, stderr: "countersign: your vote is recorded\n" });
    expect(first.stdout).toContain("waiting since");

    // The second voice comes while the pipeline waits.
    let asked = 0;
    const pause = async () => {
      asked += 1;
      if (asked === 2) expect(await person("ana", ["governance", "approve", id])).toMatchObject({ code: 0 });
    };
    const waited = await pipeline(["status", id, "--wait"], { pause });
    expect(waited).toMatchObject({ code: 0 });
    expect(waited.stderr).toContain("waiting since");
    expect(waited.stdout).toMatch(/state {8}approved\n[\s\S]*artifact {5}[0-9a-f]{64}\n/);
    const [row] = rowsOf<{ approvals: number; artifacts: number }>(
      await station.db.outer.execute(sql`select (select count(*)::int from governance_approval where draft_id = ${id}) as approvals,
        (select count(*)::int from compiled_governance_artifact a join governance_approval g on g.id = a.approval_id where g.draft_id = ${id}) as artifacts`),
    );
    expect(row).toEqual({ approvals: 1, artifacts: 1 });
    expect(await pipeline(["submit", "--message", "Tidy descriptions"])).toMatchObject({ code: 0 });
  });

  test("rejected: the pipeline ends with 11 and reads why", async () => {
    const id = idIn((await pipeline(["submit"])).stdout);
    await login("bob");
    expect(await person("bob", ["governance", "reject", id, "--reason", "the tag must stay"])).toMatchObject({ code: 0 });
    const status = await pipeline(["status", id, "--wait"]);
    expect(status).toMatchObject({ code: 11 });
    expect(status.stdout).toContain("rejected: the tag must stay");
    expect((await pipeline(["submit"])).code).toBe(11);
    const again = await pipeline(["submit", "--again"]);
    expect(again).toMatchObject({ code: 10 });
    expect(idIn(again.stdout)).not.toBe(id);
    expect((await pipeline(["list", "--state", "rejected"])).stdout).toContain(`${id}  rejected`);
    expect((await pipeline(["list", "--state", "approved", "--format", "json"])).stdout).not.toContain(id);
  });

  test("a version that nobody has looked at is not approved by who has looked at the one before", async () => {
    const id = idIn((await pipeline(["submit"])).stdout);
    repo.commit({ "README.md": "c", [FILE]: STRIPPED.replace("1.0.0", "1.0.1") });
    expect(await pipeline(["submit", "--update", id, "--expected-version", "1"])).toMatchObject({ code: 10 });
    await login("bob");
    const late = await person("bob", ["governance", "approve", id, "--expected-version", "1"]);
    expect(late).toMatchObject({ code: EXIT.validation, stdout: "" });
    expect(late.stderr).toContain("E010: the submission is at version 2, and you approve version 1");
    expect(late.stderr).toContain(`governance status ${id}`);
    const votes = rowsOf(await station.db.outer.execute(sql`select 1 from approval_vote where draft_id = ${id}`));
    expect(votes).toEqual([]);
    expect(await person("bob", ["governance", "approve", id, "--expected-version", "2"])).toMatchObject({
      code: 10,
      stderr: "countersign: your vote is recorded\n",
    });
  });

  test("T97: whoever submitted it cannot approve it, and a key can approve nothing", async () => {
    await login("bob");
    const own = await person("bob", ["governance", "submit"]);
    expect(own).toMatchObject({ code: 10 });
    const approval = await person("bob", ["governance", "approve", idIn(own.stdout)]);
    expect(approval).toMatchObject({ code: 4 });
    expect(approval.stderr).toContain("nobody votes on their own change");
    const byKey = await pipeline(["approve", idIn(own.stdout)]);
    expect(byKey).toMatchObject({ code: 4 });
    expect(byKey.stderr).toContain("it takes a person");
  });

  test("break-glass: an admin forces it on the record, and somebody else reviews it", async () => {
    const id = idIn((await pipeline(["submit"])).stdout);
    await login("ana", ["--organisation", "acme"]);
    await login("bob");
    expect(await person("ana", ["governance", "override", id, "--reason", "checkout is down"])).toMatchObject({ code: 64 });
    const forced = await person("ana", ["governance", "override", id, "--reason", "checkout is down", "--incident", "INC-7"]);
    expect(forced).toMatchObject({ code: 0 });
    expect(forced.stderr).toContain("OVERRIDE");
    expect((await pipeline(["status", id])).stdout).toContain("approved under an override");
    expect(await person("ana", ["governance", "review", id, "--finding", "fine"])).toMatchObject({ code: 4 });
    expect(await person("bob", ["governance", "review", id, "--finding", "it had to be"])).toMatchObject({ code: 0 });
  });

  test("a pull request is approved by one's own review on GitHub, and by no other token", async () => {
    const { hub } = station;
    const name = `acme/data-${count}`;
    hub.createRepo(name, { "a.txt": "a" }, { grants: { dave: "write", bob: "write" } });
    hub.push(name, "b", { "a.txt": "b" }, { actor: "dave" });
    const { number } = hub.openPull(name, { actor: "dave", head: "b" });
    const env = { GITHUB_API_URL: hub.url, GH_TOKEN: hub.userToken("bob") };
    const approved = await countersign(repo.path, ["governance", "approve", `${name}#${number}`], env);
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining(`approves ${name}#${number}`) });
    const rejected = await countersign(repo.path, ["governance", "reject", `${name}#${number}`, "--reason", "no"], env);
    expect(rejected).toMatchObject({ code: 0, stdout: expect.stringContaining("asks for changes") });
    const none = await countersign(repo.path, ["governance", "approve", `${name}#${number}`], { GITHUB_API_URL: hub.url });
    expect(none).toMatchObject({ code: 64, stderr: expect.stringContaining("GH_TOKEN") });
    const elsewhere = await countersign(repo.path, ["governance", "approve", `https://github.com/${name}/pull/${number}`], env);
    expect(elsewhere).toMatchObject({ code: 64 });
  });

  test("a further version needs the one that was seen: E010", async () => {
    const id = idIn((await pipeline(["submit"])).stdout);
    repo.commit({ [FILE]: STRIPPED.replace("newsletters", "offers") });
    const update = (version: string) => pipeline(["submit", "--update", id, "--expected-version", version]);
    const stale = await update("7");
    expect(stale).toMatchObject({ code: 1 });
    expect(stale.stderr).toContain("E010");
    expect((await update("1")).stdout).toContain("version 2");
  });

  test("signs in, says who it is, and leaves nothing behind when it signs out", async () => {
    expect((await person("bob", ["whoami"])).code).toBe(4);
    expect((await login("bob")).stdout).toBe(`signed in to ${server.url} as bob, in acme\n`);
    const file = join(home, "bob", "countersign", "sessions.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { token } = Object.values((JSON.parse(readFileSync(file, "utf8")) as { servers: Record<string, { token: string }> }).servers)[0]!;
    expect((await person("bob", ["whoami"])).stdout).toContain("bob in acme: approver\n");
    expect(await person("bob", ["logout"])).toMatchObject({ code: 0 });
    expect(() => statSync(file)).toThrow("ENOENT");
    const over = await station.request("/api/v1/sessions/current", { headers: { authorization: `Bearer ${token}` } });
    expect(over.status).toBe(401);
  });

  test("each failure has its exit code and says what to do", async () => {
    const at = (env: Record<string, string>, args: readonly string[]) => countersign(repo.path, args, { XDG_CONFIG_HOME: home, ...env });
    const other = (await station.key("other", ["submit", "read"]))["authorization"]!.slice("Bearer ".length);
    const id = idIn((await pipeline(["submit"])).stdout);
    const url = { COUNTERSIGN_URL: server.url };
    expect(await at({ ...url, COUNTERSIGN_API_KEY: other }, ["governance", "status", id])).toMatchObject({ code: 5 });
    expect(await at({ ...url, COUNTERSIGN_API_KEY: "csk_wrong" }, ["governance", "status", id])).toMatchObject({ code: 4 });
    expect(await at({ ...url, COUNTERSIGN_API_KEY: other }, ["governance", "submit"])).toMatchObject({ code: 2 });
    expect(await at(url, ["governance", "submit"])).toMatchObject({ code: 4 });
    expect(await at({}, ["governance", "submit"])).toMatchObject({ code: 64 });
    expect(await at({ COUNTERSIGN_URL: "http://station.example", COUNTERSIGN_API_KEY: key }, ["governance", "list"])).toMatchObject({
      code: 64,
    });
    const runtime = (await station.key("acme", ["plan"]))["authorization"]!.slice("Bearer ".length);
    const unscoped = await at({ ...url, COUNTERSIGN_API_KEY: runtime }, ["governance", "list"]);
    expect([unscoped.code, unscoped.stderr]).toEqual([4, expect.stringContaining("or a key with the scope submit or read")]);
    const wrong = await pipeline(["submit", "--agent", "acme/data#7"]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("agent must not hold a #")]);
    expect(await pipeline(["submit", "--message", "", "--actor", " "])).toMatchObject({ code: 10 });
    const gone = await at({ COUNTERSIGN_URL: "http://127.0.0.1:9", COUNTERSIGN_API_KEY: key }, ["governance", "status", id]);
    expect(gone).toMatchObject({ code: 3 });
    expect(gone.stderr).toContain("run it again");
  });

  test("policy push takes an admin, keeps versions, and says what is wrong with a policy", async () => {
    const dir = mkdtempSync(join(home, "policy-"));
    mkdirSync(join(dir, ".choochoo"));
    const write = (policies: string) => writeFileSync(join(dir, ".choochoo/approval-policies.yaml"), policies);
    writeFileSync(join(dir, ".choochoorc"), CONFIG);
    write(POLICIES);
    await login("bob");
    const forbidden = await person("bob", ["policy", "push", dir]);
    expect([forbidden.code, forbidden.stderr]).toEqual([4, expect.stringContaining("it takes a person with the role admin\n")]);
    await login("ana", ["--organisation", "acme"]);
    expect((await person("ana", ["policy", "push", dir])).stdout).toContain("version 1 is in force already");
    write(`${POLICIES}# said again\n`);
    expect((await person("ana", ["policy", "push", dir])).stdout).toContain("version 2 is in force now");
    const stale = await person("ana", ["policy", "push", dir, "--expected-version", "1"]);
    expect(stale).toMatchObject({ code: 1 });
    expect(stale.stderr).toContain("E010");
    write("policies: [{name: x}]\n");
    expect(await person("ana", ["policy", "push", dir])).toMatchObject({ code: 2 });
    await station.db.outer.execute(sql`update sign_in_session set authenticated_at = authenticated_at - interval '1 hour'`);
    const old = await person("ana", ["policy", "push", dir]);
    expect([old.code, old.stderr]).toEqual([
      4,
      expect.stringMatching(/sign-in of the last 15 minutes\n {2}countersign login --server \S+, then this again/),
    ]);
  });

  test("traces of agents: listed, shown, audited; those of another tenant are not there", async () => {
    const id = await sampleTrace(station.db, await station.tenantOf("acme"), `agent-${count}`);
    const read = (await station.key("acme", ["read"]))["authorization"]!.slice("Bearer ".length);
    const other = (await station.key("other", ["read"]))["authorization"]!.slice("Bearer ".length);
    const as = (secret: string, args: readonly string[]) =>
      countersign(repo.path, args, { COUNTERSIGN_URL: server.url, COUNTERSIGN_API_KEY: secret });
    expect((await as(read, ["trace", "list", "--agent", `agent-${count}`, "--outcome", "pending"])).stdout).toContain(id);
    expect((await as(read, ["trace", "show", id])).stdout).toContain("tag.removed");
    const audit = await as(read, ["agent", "audit", `AGENT-${count}`]);
    expect(audit.stdout).toContain("1 traces; pending 1");
    expect(await as(other, ["trace", "show", id])).toMatchObject({ code: 5 });
    expect((await as(other, ["trace", "list"])).stdout).toBe("");
  });

  test("waiting ends: by time with 10, by Ctrl-C with 130, and the submission stays", async () => {
    const id = idIn((await pipeline(["submit"])).stdout);
    const late = await pipeline(["status", id, "--wait", "--timeout", "1"]);
    expect(late).toMatchObject({ code: 10 });
    expect(late.stderr).toContain("nobody decided within 1 minutes");
    let interrupt = () => {};
    const onInterrupt: CliContext["onInterrupt"] = (stop) => {
      interrupt = stop;
      return () => {};
    };
    const stopped = await pipeline(["status", id, "--wait"], { onInterrupt, pause: async () => interrupt() });
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.stderr).toContain("the submission stays");
  });

  test("only what is governed leaves the repository, and a change of nothing governed asks no server", async () => {
    repo.git("checkout", "--quiet", "main");
    repo.git("checkout", "--quiet", "-b", "readme");
    repo.commit({ "README.md": "c" });
    const before = station.hub.requests.length;
    expect(await pipeline(["submit"])).toMatchObject({ code: 0, stdout: "nothing governed changes: there is nothing to submit\n" });
    expect(station.hub.requests.length).toBe(before);
  });
});
