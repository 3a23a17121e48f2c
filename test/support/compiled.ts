import type { ArtifactInput } from "../../src/engine/artifact.ts";
import type { CompiledContract } from "../../src/engine/contract/finding.ts";
import type { Decision } from "../../src/engine/decision.ts";

/** A decision as a compiler needs it. */
export function compiledDecision(more: Partial<Decision> = {}): Decision {
  return {
    state: "approved",
    findings: [],
    policies: [{ name: "repo/pii", mode: "enforce", matched: true, because: ["tag pii"] }],
    risk: { score: 6.5, level: "medium", factors: [] },
    requirements: [],
    override: null,
    base: "b".repeat(40),
    head: "a".repeat(40),
    ...more,
  } as unknown as Decision;
}

/** One contract of `fields` fields; every third is personal data, every ninth masked. */
export function compiledContract(fields: number, file = "contracts/customers.odcs.yaml"): CompiledContract {
  const all = Array.from({ length: fields }, (_, index) => ({
    path: index % 5 === 0 ? `address.line_${index}` : `field_${index}`,
    type: "string",
    tags: index % 3 === 0 ? ["pii", "gdpr"] : [],
    classification: index % 3 === 0 ? ("confidential" as const) : null,
    masking: index % 9 === 0 ? "sha256" : null,
  }));
  return {
    file,
    key: "customers",
    format: "odcs",
    version: "1.0.0",
    retention: null,
    objects: [{ name: "customers", tags: [], fields: all }],
  };
}

export function artifactInput(fields = 12, more: Partial<ArtifactInput> = {}): ArtifactInput {
  return {
    agent: "acme/contracts",
    environment: "staging",
    decision: compiledDecision(),
    contracts: [compiledContract(fields), compiledContract(3, "contracts/orders.odcs.yaml")],
    policyDigest: "c".repeat(64),
    people: [],
    ...more,
  };
}
