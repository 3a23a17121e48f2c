import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import { openDoctor } from "../../src/github/open-doctor.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { countersign } from "../support/cli.ts";
import { FILE, populate } from "../support/scene.ts";

/** `countersign doctor` against a simulated GitHub, as main.ts wires it. */
let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
  populate(hub);
  hub.createRepo("acme/data", { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
  hub.createRepo("acme/bare", { "README.md": "hi\n" });
});
afterEach(() => {
  hub.clearFaults();
  expect(hub.violations).toEqual([]);
});
afterAll(() => hub.close());

type Credentials = Parameters<typeof openDoctor>[1];
const asApp = (): Credentials => ({ kind: "app", appId: hub.app.id, privateKey: hub.app.privateKey });

function doctor(args: readonly string[], credentials: Credentials = asApp(), env: Readonly<Record<string, string>> = {}) {
  const given: Partial<CliContext> = { openDoctor: (repository) => openDoctor(hub.url, credentials, repository) };
  return countersign(".", ["doctor", ...args], env, given);
}

/** The JSON objects at the end of the text. */
function printedRuleset(stdout: string): { rules: []; conditions: { ref_name: { include: string[] } } } {
  return JSON.parse(stdout.slice(stdout.indexOf("\n{"))) as ReturnType<typeof printedRuleset>;
}

test("not enforced: 1, the exact setting, and a ruleset that puts it right as it is", async () => {
  const before = await doctor(["--repo", "acme/data"]);
  expect([before.code, before.stderr]).toEqual([1, ""]);
  expect(before.stdout).toContain("NOT ENFORCED acme/data");
  expect(before.stdout).toContain("`countersign: main` is not a required check on `main`: nothing protects this branch");
  const { rules } = printedRuleset(before.stdout);
  const { id } = hub.addRuleset("acme/data", { name: "gate", rules });
  const after = await doctor([], asApp(), { GITHUB_REPOSITORY: "acme/data" });
  expect([after.code, after.stdout.split("\n")[0]]).toEqual([0, "ENFORCED acme/data"]);
  hub.removeRuleset("acme/data", id, { actor: "ana" });
});

test("as JSON, stable and with the rulesets", async () => {
  const { code, stdout } = await doctor(["--repo", "acme/data", "--format", "json"]);
  const report = JSON.parse(stdout) as { schemaVersion: number; status: string; rulesets: unknown[] };
  expect([code, report.schemaVersion, report.status, report.rulesets.length]).toEqual([1, 1, "not_enforced", 1]);
});

describe("with somebody's own token", () => {
  test("the app must be named to know whether it is ours", async () => {
    const check = { context: "countersign: main", appId: hub.app.id };
    hub.protect("acme/data", "main", { enforceAdmins: true, requiredReviews: 1, requiredChecks: [check] });
    const token: Credentials = { kind: "token", token: hub.userToken("ana") };
    expect((await doctor(["--repo", "acme/data"], token)).code).toBe(4);
    expect((await doctor(["--repo", "acme/data", "--app-id", String(hub.app.id)], token)).code).toBe(0);
    expect((await doctor(["--repo", "acme/data", "--app-id", "12"], token)).code).toBe(1);
    hub.protect("acme/data", "main", null);
  });
});

test.each<[string, readonly string[], number, string]>([
  ["no repository named", [], 64, "no repository is named"],
  ["a name that is none", ["--repo", "acme"], 64, "`acme` is no repository"],
  ["an app id that is none", ["--repo", "acme/data", "--app-id", "x"], 64, "no app id"],
  ["a format that is none", ["--repo", "acme/data", "--format", "xml"], 64, "Allowed choices are text, json"],
  ["a repository that the app is not on", ["--repo", "acme/nothing"], 4, "404"],
  ["what to do about it", ["--repo", "acme/nothing"], 4, "the token (GH_TOKEN or GITHUB_TOKEN) must be valid"],
  ["a repository that is not enrolled", ["--repo", "acme/bare"], 2, "not enrolled"],
])("%s: %j is %d", async (_what, args, code, said) => {
  const run = await doctor(args);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(said);
  expect(run.stdout).toBe("");
});

test("nothing to sign in with is 64, a wrong token 4, no answer 3, and what cannot be read is never 0", async () => {
  expect((await doctor(["--repo", "acme/data"], null)).code).toBe(64);
  expect((await doctor(["--repo", "acme/data"], { kind: "token", token: "ghp_wrong" })).code).toBe(4);
  hub.fail({ method: "GET", path: /\/branches$/ }, { kind: "status", status: 502 }, 1);
  expect((await doctor(["--repo", "acme/data"])).code).toBe(3);
  hub.fail({ method: "GET", path: /\/rules\/branches\// }, { kind: "status", status: 502 }, 1);
  expect((await doctor(["--repo", "acme/data"])).code).toBe(3);
});
