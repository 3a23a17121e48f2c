import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { countersign } from "../support/cli.ts";

const SHIPPED = join(import.meta.dirname, "../../policies");
const PACKS = readdirSync(SHIPPED)
  .filter((name) => name.endsWith(".yaml") && !name.endsWith(".cases.yaml"))
  .map((name) => name.replace(".yaml", ""));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-cases-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => countersign(folder, ["policy", "test", ...args]);
const put = (name: string, text: string) => writeFileSync(join(folder, name), text);

interface Pack {
  readonly policies: {
    readonly name: string;
    readonly trigger: Record<string, unknown>;
    readonly approvers: { readonly team?: string; readonly minApprovals?: number }[];
  }[];
}

/** Every way to make a pack weaker by one word, or to ask one more person. */
function mutants(pack: Pack): { readonly what: string; readonly pack: Pack }[] {
  return pack.policies.flatMap((policy, index) => {
    const replaced = (next: Pack["policies"][number]) => ({ policies: pack.policies.with(index, next) });
    const words = Object.entries(policy.trigger).flatMap(([key, value]) =>
      Array.isArray(value)
        ? value.map((word) => ({
            what: `${policy.name} without ${key} ${word}`,
            pack: replaced({
              ...policy,
              trigger: { ...policy.trigger, [key]: value.length === 1 ? otherThan(key) : value.filter((each) => each !== word) },
            }),
          }))
        : [
            {
              what: `${policy.name} without ${key}`,
              pack: replaced({ ...policy, trigger: Object.fromEntries(Object.entries(policy.trigger).filter(([each]) => each !== key)) }),
            },
          ],
    );
    const approvers = policy.approvers.flatMap((entry, at) => [
      {
        what: `${policy.name}: two of ${entry.team}`,
        pack: replaced({ ...policy, approvers: policy.approvers.with(at, { ...entry, minApprovals: 2 }) }),
      },
      {
        what: `${policy.name}: other than ${entry.team}`,
        pack: replaced({ ...policy, approvers: policy.approvers.with(at, { ...entry, team: "friends" }) }),
      },
    ]);
    return [{ what: `without ${policy.name}`, pack: { policies: pack.policies.toSpliced(index, 1) } }, ...words, ...approvers];
  });
}

/** A list of one word cannot lose it: something that means none of the cases stands in for it. */
function otherThan(key: string): string[] {
  return { env: ["staging"], findings: ["access.granted"] }[key] ?? ["other-class"];
}

describe("shipped packs", () => {
  test.each(PACKS)("%s: its cases pass through the real command, and every policy has one", async (pack) => {
    const result = await countersign(SHIPPED, ["policy", "test", `${pack}.yaml`]);
    expect(result.stdout).not.toContain("no case matches");
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n\d+ cases, 0 failed\n$/) });
  });

  test.each(PACKS)("%s: whatever word it loses, its cases fail", async (pack) => {
    cpSync(join(SHIPPED, `${pack}.cases.yaml`), join(folder, `${pack}.cases.yaml`));
    const all = mutants(parse(readFileSync(join(SHIPPED, `${pack}.yaml`), "utf8")) as Pack);
    expect(all.length).toBeGreaterThan(3);
    for (const mutant of all) {
      put(`${pack}.yaml`, stringify(mutant.pack));
      expect((await run(`${pack}.yaml`)).code, mutant.what).toBe(1);
    }
  });
});

const POLICY = `policies:
  - name: pii
    trigger: { tags: [pii] }
    approvers: [{ team: sec-ops }]
    tests:
      - { name: a lost tag matches, given: { findings: [{ code: tag.removed, tags: [pii] }] }, expect: { matches: true } }
      - { name: an untagged one does not, given: { findings: [{ code: type.widened }] }, expect: { matches: false } }
`;

describe("what it says", () => {
  test("inline tests run without a cases file", async () => {
    put("p.yaml", POLICY);
    expect(await run("p.yaml")).toMatchObject({ code: 0, stdout: expect.stringContaining("2 cases, 0 failed") });
  });

  test("a failing case says what was expected, what came, why, and where it stands", async () => {
    put("p.yaml", POLICY.replace("matches: false", "state: approved"));
    const { code, stdout } = await run("p.yaml");
    expect(code).toBe(1);
    expect(stdout).toContain("✗ an untagged one does not p.yaml:7");
    expect(stdout).toContain("state: expected approved; it is auto_approved");
    expect(stdout).toContain("repo/pii: not matched: no change touches a field tagged pii");
  });

  test("a policy that no case matches is named", async () => {
    put("p.yaml", `${POLICY}  - { name: phi, trigger: { tags: [phi] }, approvers: [{ team: sec-ops }] }\n`);
    const { code, stdout } = await run("p.yaml");
    expect([code, stdout]).toEqual([0, expect.stringContaining("! no case matches repo/phi p.yaml:8")]);
  });

  test("a folder: the policy file in .choochoo with its configuration, and every cases file", async () => {
    cpSync(SHIPPED, join(folder, "packs"), { recursive: true });
    const result = await run(".");
    expect(result.code).toBe(0);
    for (const pack of PACKS) expect(result.stdout).toContain(`packs/${pack}.yaml`);
  });

  test("json and junit say the same", async () => {
    put("p.yaml", POLICY.replace("matches: false", "state: approved"));
    const json = JSON.parse((await run("p.yaml", "--format", "json")).stdout);
    expect(json.suites[0].cases.map(({ status }: { status: string }) => status)).toEqual(["passed", "failed"]);
    const junit = (await run("p.yaml", "--format", "junit")).stdout;
    expect(junit).toContain('tests="2" failures="1" errors="0"');
  });
});

describe("what it refuses", () => {
  const cases = (text: string) => `cases:\n${text}`;
  const GOOD = POLICY.slice(0, POLICY.indexOf("    tests:"));
  test.each([
    [
      "an unknown key",
      cases("  - { name: a, given: { finding: [] }, expect: { state: approved } }\n"),
      /p\.cases\.yaml:2.*unknown key `finding`/,
    ],
    [
      "an unknown finding code",
      cases("  - { name: a, given: { findings: [{ code: tag.gone }] }, expect: { state: approved } }\n"),
      /p\.cases\.yaml:2/,
    ],
    ["a case that expects nothing", cases("  - { name: a, expect: {} }\n"), /could never fail/],
    [
      "both kinds of change",
      cases("  - { name: a, given: { findings: [{ code: tag.removed }], changes: [{ path: a, after: b }] }, expect: { level: low } }\n"),
      /not both/,
    ],
    [
      "a change without sides",
      cases("  - { name: a, given: { changes: [{ path: a }] }, expect: { level: low } }\n"),
      /neither `before` nor `after`/,
    ],
    ["no YAML", "cases: [", /p\.cases\.yaml/],
    ["a wrong configuration", `config: { teams: { designate: [] } }\n${cases("  - { name: a, expect: { level: low } }\n")}`, /designate/],
  ])("%s: 2, with file and line, and nothing is run", async (_name, text, message) => {
    put("p.yaml", GOOD);
    put("p.cases.yaml", text);
    const { code, stdout } = await run("p.yaml");
    expect(code).toBe(2);
    expect(stdout).toMatch(message);
    expect(stdout).toContain("0 cases, 0 failed");
  });

  test("an invalid policy", async () => {
    put("p.yaml", POLICY.replace("approvers", "aprovers"));
    expect(await run("p.yaml")).toMatchObject({ code: 2, stdout: expect.stringContaining("did you mean `approvers`") });
  });

  test("an inline test that is none", async () => {
    put("p.yaml", POLICY.replace("matches: true", "matchs: true"));
    expect(await run("p.yaml")).toMatchObject({ code: 2, stdout: expect.stringMatching(/p\.yaml:6.*unknown key `matchs`/) });
  });

  test("no cases at all is said, never passed", async () => {
    put("p.yaml", GOOD);
    expect(await run("p.yaml")).toMatchObject({ code: 2, stderr: expect.stringContaining("nothing was tested") });
    expect(await run("none.yaml")).toMatchObject({ code: 5 });
    rmSync(join(folder, "p.yaml"));
    expect(await run(".")).toMatchObject({ code: 2, stderr: expect.stringContaining("no policies") });
  });
});
