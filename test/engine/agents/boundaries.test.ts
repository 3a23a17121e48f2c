import { describe, expect, test } from "vitest";
import { BOUNDARY_RULES } from "../../../src/engine/agents/boundaries.ts";
import { CAPABILITIES, CAPABILITY_OF } from "../../../src/engine/agents/capabilities.ts";
import { FINDING_CODES } from "../../../src/engine/contract/finding-codes.ts";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts } from "../../../src/engine/facts.ts";
import { approvedBy, diff, finding, harmless, policy, review } from "../policy/build.ts";
import { changeByBot, evidence, registry } from "./build.ts";

/** A change by the registered bot under this block and card, approved by bob. */
function decided(block: string, card: string | null, over: Partial<Facts> = {}, subject: Partial<Facts["subject"]> = {}) {
  const given = changeByBot({ agents: evidence({ registry: registry(block, card) }), ...over });
  const approved = { ...given.people!, reviews: [review("bob"), review("dave"), review("erin")] };
  return decide({ ...given, people: approved, subject: { ...given.subject, ...subject } });
}
const limited = (what: string) => `    boundaries: { ${what} }\n`;

const touching = (over: Parameters<typeof finding>[0]) => ({ diff: diff([finding(over)]) });
const plain = { diff: diff([harmless()]) };
const FILE = "contracts/customers.odcs.yaml";

describe("each boundary, crossed and kept", () => {
  test.each([
    ["status", "suspended", "    name: x\n", plain, "is suspended"],
    ["read-only", "any change", limited("read-only: true"), plain, `changes ${FILE}`],
    ["read-only", "one that only reformats", limited("read-only: true"), { diff: diff([]) }, `changes ${FILE}`],
    ["no-pii", "a lost tag", limited("no-pii: true"), {}, "touches customers.email, tagged pii"],
    ["no-pii", "a tag at head only", limited("no-pii: true"), touching({ tagsBefore: [], tagsAfter: ["gdpr"] }), "tagged gdpr"],
    ["no-pii", "health data", limited("no-pii: true"), touching({ tagsBefore: ["phi"] }), "tagged phi"],
    [
      "no-pii",
      "a personal category",
      limited("no-pii: true"),
      touching({ tagsBefore: ["category:user.contact.email"] }),
      "tagged category:",
    ],
    ["no-pii", "an unknown class", limited("no-pii: true"), touching({ tagsBefore: [], unknownClasses: ["unknown:blue"] }), "unknown:blue"],
    ["env-restricted", "production", limited("env-restricted: [staging]"), plain, "works in production, and may only in staging"],
    ["scope-limited", "a contract elsewhere", limited('scope-limited: ["contracts/orders/**"]'), plain, "outside its scope"],
    ["capabilities", "an action not declared", "    capabilities: [add-field]\n", {}, "change-tags"],
    ["capabilities", "none declared", "    capabilities: []\n", plain, "modify-field"],
  ] as const)("%s: %s is E007, blocked, exit 1, and no approval cures it", (boundary, what, block, over, because) => {
    const given = boundary === "status" ? registry(block).status === "ok" && block : block;
    const reading = registry(String(given));
    const agents = evidence({
      registry:
        boundary === "status" && reading.status === "ok"
          ? { ...reading, agents: reading.agents.map((agent) => ({ ...agent, status: what as "suspended" })) }
          : reading,
    });
    const decision = decided("", null, { agents, ...over });
    expect(decision).toMatchObject({ state: "blocked", exitCode: 1, agents: [{ id: "tidy", violations: [{ boundary }] }] });
    expect(decision.verdict).toContain(because);
    expect(decision.verdict).toContain("(E007)");
    expect(decision.problems).toContainEqual(expect.objectContaining({ code: "E007", message: expect.stringContaining(because) }));
  });

  test.each([
    ["no-pii", limited("no-pii: true"), touching({ tagsBefore: ["internal"], severity: "warn" })],
    ["no-pii", limited("no-pii: true"), touching({ tagsBefore: ["pci-dss"] })],
    ["env-restricted", limited("env-restricted: [production]"), plain],
    ["scope-limited", limited('scope-limited: ["contracts/**"]'), plain],
    ["capabilities", "    capabilities: [modify-field, change-tags]\n", {}],
    [
      "capabilities",
      "    capabilities: [add-field]\n",
      touching({ code: "tag.suspected_missing", tagsBefore: [], tagsAfter: [], severity: "warn" }),
    ],
  ] as const)("%s kept: %j", (_boundary, block, over) => {
    const decision = decided(block, "confidence: 0.8\n", over);
    expect(decision.state).not.toBe("blocked");
    expect(decision.problems.filter(({ code }) => code === "E007")).toEqual([]);
  });

  test("whoever may add a field may tag it, and no other one", () => {
    const added = finding({ code: "field.added", severity: "info", tagsBefore: [], tagsAfter: ["internal"], weight: "added" });
    const tagged = { ...added, code: "tag.added", fingerprint: "t" };
    const block = "    capabilities: [add-field]\n";
    expect(decided(block, null, { diff: diff([added, tagged]) }).state).not.toBe("blocked");
    expect(decided(block, null, { diff: diff([added, { ...tagged, field: "phone" }]) }).verdict).toContain("change-tags");
  });

  test("the System Card limits as the block does", () => {
    expect(decided("", "environments: [staging]\n", plain).verdict).toContain("works in production");
    expect(decided("", "scopes: ['x/**']\n", plain).verdict).toContain("outside its scope");
    expect(decided("    capabilities: [modify-field]\n", "capabilities: [add-field]\n", plain).verdict).toContain("modify-field");
  });

  test("a path that is not governed counts for the scope", () => {
    const block = limited('scope-limited: ["contracts/**"]');
    const agents = evidence({ registry: registry(block), paths: ["src/x.ts"] });
    expect(decided(block, null, { agents, ...plain }).verdict).toContain("src/x.ts");
  });

  test("a governance file is an action: read-only, and edit-governance", () => {
    const governance = [{ path: ".choochoorc", baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" }];
    const over = { diff: { ...diff([]), files: [] }, governanceFiles: governance };
    expect(decided(limited("read-only: true"), null, over).state).toBe("blocked");
    expect(decided("    capabilities: [add-field]\n", null, over).verdict).toContain("edit-governance");
  });

  test("nothing governed changes: nothing to hold against anybody", () => {
    expect(decided(limited("read-only: true"), null, { diff: { ...diff([]), files: [] } }).state).toBe("not_applicable");
  });

  test("an override does not cure a crossed boundary", () => {
    const given = changeByBot({ agents: evidence({ registry: registry(limited("no-pii: true")) }) });
    const at = "2026-11-21T11:00:00Z";
    const label = {
      name: "governance-override",
      actor: "ana",
      at,
      viaApp: null,
      removedAt: null,
      headSha: given.subject.headSha,
      baseRef: "main",
    };
    const comment = { user: "ana", body: '/countersign override reason="now"', at, headSha: given.subject.headSha };
    const decision = decide({ ...given, people: { ...given.people!, labels: [label], comments: [comment] } });
    expect(decision).toMatchObject({ state: "blocked", override: null });
    expect(decide({ ...given, agents: evidence(), people: { ...given.people!, labels: [label], comments: [comment] } }).state).toBe(
      "overridden",
    );
  });
});

describe("requires-approval", () => {
  const low = { diff: diff([harmless()]), lineage: { known: true, dependents: [] } };
  const develop = { baseRef: "develop", baseProtected: false };
  const block = limited("requires-approval: true");
  const config = policy(null, "teams: { designated: [sec-ops] }\n");

  test("one approval for every action, whatever the score", () => {
    const given = changeByBot({ ...low, policy: config, agents: evidence({ registry: registry(block, "confidence: 1\n") }) });
    const facts = { ...given, subject: { ...given.subject, ...develop }, people: { ...given.people!, reviews: [] } };
    const decision = decide(facts);
    expect(decision).toMatchObject({ state: "pending_approval", risk: { score: 0, level: "medium" } });
    expect(decision.risk.floors).toEqual(["at least medium: every action of tidy requires approval"]);
    expect(decide({ ...facts, people: { ...facts.people, reviews: [review("bob"), review("carol")] } }).state).toBe("approved");
    expect(decide({ ...facts, agents: evidence({ registry: registry("", "confidence: 1\n") }) }).state).toBe("auto_approved");
  });

  test("one that changes no meaning of a governed file waits too", () => {
    const given = changeByBot({ ...low, diff: diff([]), policy: config, agents: evidence({ registry: registry(block) }) });
    expect(decide({ ...given, people: { ...given.people!, reviews: [] } }).state).toBe("pending_approval");
    expect(decide({ ...given, people: { ...given.people!, reviews: [review("bob"), review("carol")] } }).state).toBe("approved");
  });

  test("an agent that nobody registered, where others are, waits for a person; automation does not", () => {
    const stranger = { id: "stray[bot]", confidence: null, systemCard: false, automation: false };
    const base = changeByBot({ ...low, policy: config, agent: stranger });
    const facts = { ...base, subject: { ...base.subject, author: "stray[bot]", ...develop } };
    const of = (over: Partial<Facts>) => decide({ ...facts, people: null, ...over });
    expect(of({}).risk.floors).toEqual(["at least medium: stray[bot] is not registered in AGENTS.md"]);
    expect(of({}).state).toBe("pending_approval");
    expect(of({ agents: evidence({ registry: { status: "ok", agents: [], problems: [] } }) }).state).toBe("auto_approved");
    expect(of({ agent: { ...stranger, id: "dependabot[bot]" }, subject: { ...facts.subject, author: "dependabot[bot]" } }).state).toBe(
      "auto_approved",
    );
  });
});

test("a broken registry is invalid with file and line, exit 2, for whoever wrote the change", () => {
  const agents = evidence({ registry: registry("    boundries: {}\n") });
  const decision = decide({ ...changeByBot({ agents }), agent: null, ...approvedBy("bob") });
  expect(decision).toMatchObject({ state: "invalid", exitCode: 2 });
  expect(decision.verdict).toContain("`AGENTS.md` line 10");
});

test("a boundary outranks a broken policy, and a failed read outranks both", () => {
  const agents = evidence({ registry: registry(limited("no-pii: true")) });
  const broken = changeByBot({ agents, policy: policy("policies: 3\n") });
  expect(decide(broken).state).toBe("blocked");
  expect(decide({ ...broken, faults: [{ what: "reviews", kind: "network", message: "502" }] }).state).toBe("error");
});

describe("the tables have no gaps", () => {
  test("every finding code takes a capability, and every capability is taken", () => {
    expect(Object.keys(CAPABILITY_OF).sort()).toEqual([...Object.keys(FINDING_CODES), "governance.changed"].sort());
    expect([...new Set(Object.values(CAPABILITY_OF).filter((each) => each !== null))].sort()).toEqual(Object.keys(CAPABILITIES).sort());
  });
  test("every boundary of decision.md section 8 that blocks has a rule", () => {
    expect(Object.keys(BOUNDARY_RULES)).toEqual(["status", "read-only", "no-pii", "env-restricted", "scope-limited", "capabilities"]);
  });
});
