import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { describeOnServer } from "../support/database.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import type { Station } from "../support/station.ts";
import { listenBefore, logIn, startSubmissionStation } from "../support/submission-station.ts";

const FILE = "contracts/customers.odcs.yaml";
const withField = (text: string, name: string) => `${text}      - name: ${name}\n        logicalType: string\n`;

describeOnServer("T98: a pipeline whose base is not what was approved", (open) => {
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
    station.hub.addMember("acme/sec-ops", "ana");
  });
  afterAll(async () => {
    await server.close();
    await station.close();
  });
  beforeEach(() => {
    count += 1;
    home = mkdtempSync(join(tmpdir(), "countersign-home-"));
    repo = createGitRepository();
    repo.commit({ [FILE]: CONTRACT, ".choochoorc": `governance: {agent: catalogue/moved-${count}}\n` });
  });
  afterEach(() => {
    repo.remove();
    rmSync(home, { recursive: true, force: true });
  });

  const pipeline = (args: readonly string[]) =>
    countersign(repo.path, ["governance", ...args], { COUNTERSIGN_URL: server.url, COUNTERSIGN_API_KEY: key });
  const person = (login: string, args: readonly string[]) =>
    countersign(repo.path, args, { COUNTERSIGN_URL: server.url, XDG_CONFIG_HOME: join(home, login) }, { clock: { now: () => new Date() } });
  async function login(name: string) {
    const more = name === "ana" ? ["--organisation", "acme"] : [];
    const done = await logIn(station, { url: server.url, repository: repo.path, home }, name, more);
    expect(done.code).toBe(0);
  }
  const idIn = (text: string) => /submission ([0-9a-f-]{36})/.exec(text)![1]!;
  /** Two branches from the same content: one is approved under an override, the other one then waits. */
  async function twoBranches(): Promise<string> {
    await login("ana");
    repo.git("checkout", "--quiet", "-b", "first");
    repo.commit({ [FILE]: withField(CONTRACT, "fax") });
    const first = idIn((await pipeline(["submit", "--base", "main"])).stdout);
    const why = ["--reason", "checkout is down", "--incident", "INC-7"];
    expect((await person("ana", ["governance", "override", first, ...why])).code).toBe(0);
    repo.git("checkout", "--quiet", "-b", "second", "main");
    repo.commit({ [FILE]: STRIPPED });
    return idIn((await pipeline(["submit", "--base", "main"])).stdout);
  }

  test("is told at once, waits for nobody, and goes on from the content that was approved", async () => {
    const id = await twoBranches();
    const told = await pipeline(["status", id, "--wait"]);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain("standing     it does not begin from what was approved before");
    expect(told.stdout).toContain(`base         ${FILE} customers.fax: was approved, and the base lacks it`);
    await login("bob");
    const refused = await person("bob", ["governance", "approve", id]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${FILE} customers.fax: was approved, and the base lacks it`);
    expect(refused.stderr).toContain("submitted again from the content that was approved last");
    expect(refused.stderr).not.toContain("your vote is recorded");
    repo.git("checkout", "--quiet", "-B", "second", "first");
    repo.commit({ [FILE]: withField(STRIPPED, "fax") });
    const again = await pipeline(["submit", "--base", "first"]);
    expect(again.code).toBe(10);
    expect(again.stdout).not.toContain("  base  ");
  });

  test("is forced only by an admin who says so, and is told what that takes back", async () => {
    const id = await twoBranches();
    const why = ["--reason", "checkout is down", "--incident", "INC-7"];
    const refused = await person("ana", ["governance", "override", id, ...why]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("customers.fax: was approved, and the base lacks it");
    expect((await pipeline(["status", id])).stdout).toContain("pending_approval");
    const forced = await person("ana", ["governance", "override", id, ...why, "--despite-base"]);
    expect(forced.code).toBe(0);
    expect(forced.stderr).toContain(`OVER WHAT WAS APPROVED: ${FILE} customers.fax: was approved, and the base lacks it`);
  });
});
