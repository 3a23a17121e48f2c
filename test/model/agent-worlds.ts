import type { AgentEvidence, AgentRegistration, CommitTrailers } from "../../src/engine/agents/model.ts";
import type { AgentFacts } from "../../src/engine/facts.ts";
import type { Dice } from "./dice.ts";

const NONE = { registry: { status: "ok", agents: [], problems: [] }, commits: [], traces: [], paths: [] } as const satisfies AgentEvidence;
const BROKEN = { code: "E001", message: "broken", file: "AGENTS.md", line: 3, severity: "error" } as const;

/** Registered or not, with boundaries that some changes cross. `robot` is a bot, `erin` an account that GitHub takes for a person. */
export function someEvidence({ one, chance, some }: Dice): AgentEvidence {
  if (chance(0.3)) return NONE;
  if (chance(0.02)) return { ...NONE, registry: { status: "invalid", problems: [BROKEN] } };
  const agents = [...(chance(0.8) ? ["tidy"] : []), ...(chance(0.3) ? ["other"] : [])];
  const trace = () => ({
    tool: one([null, "tidy-cli", "stranger"]),
    path: one([null, "contracts/c.yaml"]),
    confidence: one([null, 0, 0.7]),
    file: ".agent-trace/traces.jsonl",
  });
  return {
    registry: {
      status: "ok",
      agents: agents.map((id) => anAgent(id, { one, chance, some } as Dice)),
      problems: [],
    },
    commits: [],
    traces: chance(0.05) ? some(1, 2, trace) : [],
    paths: chance(0.1) ? ["README.md"] : [],
  };
}

function anAgent(id: string, { one, chance }: Dice): AgentRegistration {
  const limits = () => ({
    environments: chance(0.1) ? one([["development"], ["development", "staging"]] as const) : null,
    scopes: chance(0.1) ? one([["contracts/**"], ["contracts/c.yaml", "contracts/d.yaml"], ["contracts/d.yaml"]]) : null,
    capabilities: chance(0.1)
      ? one([[], ["add-field", "modify-field", "edit-description"], ["change-tags", "edit-governance"]] as const)
      : null,
  });
  const { environments, scopes, capabilities } = limits();
  const limitation = one([
    { note: "", contract: null, tag: "pii" },
    { note: "", contract: "contracts/d.yaml", tag: null },
  ]);
  const card = {
    id,
    path: `.choochoo/system-cards/${id}.yaml`,
    confidence: one([null, 0.25, 0.9, 1]),
    limitations: chance(0.3) ? [limitation] : [],
    ...limits(),
  };
  return {
    id,
    name: null,
    status: one(["active", "active", "active", "active", "active", "active", "active", "active", "suspended"] as const),
    // Two may share an account, and one may bear the other's name.
    accounts: id === "tidy" ? one([["robot"], ["robot"], [50], []]) : one([["erin"], ["erin"], [], ["robot"], [50, "tidy"]]),
    emails: [`${id}@example.org`, ...(chance(0.1) ? ["tidy@example.org"] : [])],
    tools: [`${id}-cli`, ...(chance(0.1) ? ["tidy-cli"] : [])],
    capabilities,
    boundaries: { readOnly: chance(0.05), noPii: chance(0.15), requiresApproval: chance(0.2), environments, scopes },
    card: null,
    systemCard: chance(0.6) ? card : null,
    file: "AGENTS.md",
    line: 4,
  };
}

/** What a commit message says of agents. */
export function someTrailers({ one, chance }: Dice): CommitTrailers {
  return {
    agents: chance(0.6) ? [one(["tidy", "other", "stranger", "robot"])] : [],
    launchedBy: chance(0.5) ? [one(["alice", "bob", "carol", "erin", "robot", "nobody"])] : [],
    confidences: chance(0.2) ? [one(["0.2", "0.95", "high"])] : [],
    coAuthors: chance(0.2) ? [one(["T <tidy@example.org>", "O <other@example.org>", "P <person@example.org>"])] : [],
  };
}

export function theAuthor({ one, chance }: Dice): AgentFacts {
  return {
    id: one(["robot", "robot", "tidy", "stranger"]),
    confidence: one([null, 0, 0.25, 0.5, 0.905, 1]),
    systemCard: chance(0.5),
    automation: chance(0.2),
    launchedBy: one([null, "alice", "bob", "nobody"]),
  };
}
