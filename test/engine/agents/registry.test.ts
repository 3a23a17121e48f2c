import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { declaredBlock, sameBlock } from "../../../src/engine/agents/block.ts";
import { BOUNDARY_RULES } from "../../../src/engine/agents/boundaries.ts";
import { CAPABILITIES } from "../../../src/engine/agents/capabilities.ts";
import { cardPaths, readAgentRegistry } from "../../../src/engine/agents/registry.ts";
import { agentsMd, CARD, file } from "./build.ts";

const ONE = "agents:\n  - id: tidy\n    status: active\n";

function read(block: string, ...cards: { path: string; text: string }[]) {
  return readAgentRegistry([agentsMd(block), ...cards.map(({ path, text }) => file(path, text))]);
}

test("a block and its card are read with everything that they say", () => {
  const block = `${ONE}    name: Tidy
    card: agents/tidy.json
    accounts: ["tidy[bot]", 77]
    capabilities: [add-field]
    boundaries:
      read-only: true
      no-pii: true
      requires-approval: true
      env-restricted: [staging, dev]
      scope-limited: ["contracts/orders/**"]
`;
  const card = `{"id": "tidy", "confidence": 0.75, "capabilities": ["add-field", "change-tags"], "environments": ["development"],
    "scopes": ["contracts/**"], "limitations": ["no ledgers", {"tag": "pii", "note": "guesses"}, {"contract": "contracts/pay/**"}]}`;
  const reading = read(block, { path: "agents/tidy.json", text: card });
  expect(reading).toMatchObject({ status: "ok", problems: [] });
  expect(reading.status === "ok" && reading.agents[0]).toMatchObject({
    id: "tidy",
    status: "active",
    card: "agents/tidy.json",
    capabilities: ["add-field"],
    boundaries: {
      readOnly: true,
      noPii: true,
      requiresApproval: true,
      environments: ["development", "staging"],
      scopes: ["contracts/orders/**"],
    },
    systemCard: { confidence: 0.75, environments: ["development"], scopes: ["contracts/**"], limitations: { length: 3 } },
    line: 5,
  });
});

test("without a card named, it is looked for by the agent's id", () => {
  expect(cardPaths([agentsMd(ONE)])).toEqual(["json", "yaml", "yml"].map((end) => `.choochoo/system-cards/tidy.${end}`));
  const reading = read(ONE, { path: CARD, text: "confidence: 0.5\n" });
  expect(reading.status === "ok" && reading.agents[0]?.systemCard?.confidence).toBe(0.5);
});

test("an AGENTS.md that registers nobody is no problem, and neither is none", () => {
  expect(readAgentRegistry([])).toEqual({ status: "ok", agents: [], problems: [] });
  const text = "# How to work here\n\n```sh\nnpm test\n```\n\n**ID:** is a word too\n";
  expect(readAgentRegistry([file("AGENTS.md", text)])).toEqual({ status: "ok", agents: [], problems: [] });
});

describe("whatever is broken at the trusted commit is invalid, never no boundary", () => {
  test.each([
    ["an unknown key", `${ONE}    boundries: {}\n`, 7, "did you mean `boundaries`"],
    ["an unknown boundary", `${ONE}    boundaries: { no-pi: true }\n`, 7, "no-pi"],
    ["an unknown status", "agents:\n  - id: tidy\n    status: on\n", 6, "active"],
    ["no status", "agents:\n  - id: tidy\n", 5, "status"],
    ["an unknown capability", `${ONE}    capabilities: [fly]\n`, 7, "add-field"],
    ["an unknown environment", `${ONE}    boundaries: { env-restricted: [prodution] }\n`, 7, "prodution"],
    ["an empty list of environments", `${ONE}    boundaries: { env-restricted: [] }\n`, 7, "env-restricted"],
    ["a glob that can match nothing", `${ONE}    boundaries: { scope-limited: ["/x"] }\n`, 7, "relative"],
    ["the same agent twice", `${ONE}  - id: Tidy\n    status: active\n`, 7, "twice"],
    ["a duplicate key", `${ONE}    status: disabled\n`, 7, "duplicate"],
    ["a card that does not exist", `${ONE}    card: .choochoo/system-cards/none.yaml\n`, 7, "does not exist"],
    ["a card where nothing governs it", `${ONE}    card: docs/tidy.yaml\n`, 7, "must be YAML or JSON under"],
    ["a card outside the repository", `${ONE}    card: .choochoo/../../x.yaml\n`, 7, "must be YAML or JSON under"],
    ["no YAML", "agents: [\n", 6, ""],
    ["an empty block", "", null, "is empty"],
  ])("%s", (_what, block, line, message) => {
    const reading = read(block);
    expect(reading.status).toBe("invalid");
    expect(reading.problems[0]).toMatchObject({ file: "AGENTS.md", line, message: expect.stringContaining(message) });
  });

  test.each([
    ["confidence: 2\n", 1, "confidence"],
    ["confidnce: 0.5\n", 1, "did you mean `confidence`"],
    ["environments: [mars]\n", 1, "mars"],
    ["limitations:\n  - { contract: '/x' }\n", 2, "relative"],
    ["a: &a [*a]\n", null, ""],
    ["", null, "is empty"],
  ])("a card that says %j", (text, line, message) => {
    const reading = read(ONE, { path: CARD, text });
    expect(reading).toMatchObject({ status: "invalid" });
    expect(reading.problems[0]).toMatchObject({ file: CARD, message: expect.stringContaining(message) });
    if (line !== null) expect(reading.problems[0]?.line).toBe(line);
  });

  test.each([
    [{ mode: "120000" }, "not a regular file"],
    [{ text: null, unreadable: "it is not UTF-8 text" }, "UTF-8"],
  ])("an AGENTS.md that is %j", (over, message) => {
    const reading = readAgentRegistry([file("AGENTS.md", "x", over)]);
    expect(reading).toMatchObject({ status: "invalid", problems: [{ file: "AGENTS.md", message: expect.stringContaining(message) }] });
  });

  test.each([
    ["```yaml countersign-agent\nagents: []\n```\n", 1, "is named"],
    ["```yaml countersign-agents\nagents: []\n", 1, "never closed"],
    ["```yaml countersign-agents\nagents: []\n```\n\n~~~ countersign-agents\nagents: []\n~~~\n", 5, "second"],
  ])("a fence that was meant to be the block and is not: %j", (text, line, message) => {
    expect(readAgentRegistry([file("AGENTS.md", text)]).problems).toMatchObject([{ line, message: expect.stringContaining(message) }]);
  });
});

test("docs/agents.md shows a block and a card that are sound", () => {
  const page = readFileSync(new URL("../../../docs/agents.md", import.meta.url), "utf8");
  const block = /^````markdown\n([\s\S]*?)^````/m.exec(page)?.[1] ?? "";
  const card = /^```yaml\n([\s\S]*?)^```/m.exec(page)?.[1] ?? "";
  const reading = readAgentRegistry([file("AGENTS.md", block), file(".choochoo/system-cards/claude-code.yaml", card)]);
  expect(reading).toMatchObject({ status: "ok", problems: [], agents: [{ id: "claude-code", systemCard: { confidence: 0.8 } }] });
  for (const word of [...Object.keys(CAPABILITIES), ...Object.keys(BOUNDARY_RULES)]) expect(page).toContain(`\`${word}\``);
});

test("a fence inside another one is text", () => {
  expect(declaredBlock("````md\n```yaml countersign-agents\nagents: []\n```\n````\n")).toEqual({ status: "none" });
});

test("two AGENTS.md are one registry", () => {
  const other = { ...agentsMd("agents:\n  - id: other\n    status: active\n"), path: "agents/AGENTS.md" };
  const reading = readAgentRegistry([other, agentsMd(ONE)]);
  expect(reading.status === "ok" && reading.agents.map(({ id }) => id)).toEqual(["tidy", "other"]);
});

test("sameBlock sees the block and nothing around it", () => {
  const text = agentsMd(ONE).text!;
  expect(sameBlock(text, text.replace("# Agents", "# Our agents\n\nmore words"))).toBe(true);
  expect(sameBlock(text, text.replace("active", "disabled"))).toBe(false);
  expect(sameBlock(text, "# Agents\n")).toBe(false);
});

describe("agents under headings, as ChooChoo writes them", () => {
  const HEADED = `# Registered Agents

## Cursor Agent 001

**ID:** \`cursor-agent-001\`
**System Card:** \`system-cards/cursor.yaml\`
**Status:** \`active\`

### Capabilities

- Read codebase
- \`add-field\`

### Boundaries

- \`no-pii\`
- env-restricted: staging, development
- scope-limited: \`contracts/orders/**\`
- Cannot modify \`contracts/\` without approval
`;
  const card = file(
    "system-cards/cursor.yaml",
    'systemCardSpecification: "1.0.0"\ninfo: { id: cursor-agent-001, owner: a }\nlimitations: ["legacy"]\n',
  );

  test("what can be checked is a boundary, and what cannot asks for an approval of every action", () => {
    const reading = readAgentRegistry([file("agents/AGENTS.md", HEADED), card]);
    expect(reading.problems).toMatchObject([{ severity: "warning", line: 19, message: expect.stringContaining("Cannot modify") }]);
    expect(reading.status === "ok" && reading.agents).toMatchObject([
      {
        id: "cursor-agent-001",
        name: "Cursor Agent 001",
        status: "active",
        capabilities: ["add-field"],
        boundaries: {
          noPii: true,
          readOnly: false,
          requiresApproval: true,
          environments: ["development", "staging"],
          scopes: ["contracts/orders/**"],
        },
        systemCard: { id: "cursor-agent-001" },
      },
    ]);
  });
  test("no status is no leave to act, and an unknown one is an error", () => {
    const silent = readAgentRegistry([file("AGENTS.md", HEADED.replace("**Status:** `active`\n", "")), card]);
    expect(silent.status === "ok" && silent.agents[0]?.status).toBe("disabled");
    expect(readAgentRegistry([file("AGENTS.md", HEADED.replace("`active`", "`actve`")), card])).toMatchObject({ status: "invalid" });
  });
  test("an unknown environment in a heading's bullet is an error with its place", () => {
    const reading = readAgentRegistry([file("AGENTS.md", HEADED.replace("staging, development", "moon")), card]);
    expect(reading.problems.filter(({ severity }) => severity === "error")).toMatchObject([
      { line: 5, message: expect.stringContaining("moon") },
    ]);
  });
});
