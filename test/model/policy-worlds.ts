import type { PolicyReading } from "../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../src/engine/policy/parse.ts";
import { type Dice, diceOf } from "./dice.ts";

let known: readonly PolicyReading[] | null = null;

/** 400 policy files with their configuration, read once. */
export function readings(): readonly PolicyReading[] {
  known ??= Array.from({ length: 400 }, (_, index) => aReading(diceOf(20_261_121, index)));
  return known;
}

const TRIGGERS = [
  { tags: ["pii"] },
  { tags: ["phi", "gdpr"] },
  { tags: ["pii"], env: ["production"] },
  {},
  { env: ["staging"] },
  { findings: ["block"] },
  { findings: ["break", "tag.removed"], ignore: [] },
  { agents: true },
];

function aReading(dice: Dice): PolicyReading {
  const { one, some, chance } = dice;
  // Nothing at all: the first policy is still to come.
  if (chance(0.04)) return parsePolicySet([]);
  const policies = some(0, 3, (at) => ({
    name: `p${at}`,
    trigger: one<object>(TRIGGERS),
    approvers: some(1, 2, () => ({ team: one(["sec-ops", "privacy", "ciso"]), minApprovals: one([1, 1, 2]) })),
    mode: one(["enforce", "enforce", "enforce", "warn", "shadow"]),
    distinctApprovers: !chance(0.15),
  }));
  const file = { mode: "100644", blob: "b", unreadable: null } as const;
  const own = ofRepository(dice);
  const rules = { ...file, origin: "repo", kind: "policies", path: ".choochoo/approval-policies.yaml" } as const;
  const texts = chance(0.3) ? [{ ...own, ...ofOrganisation(dice) }, { risk: { thresholds: { low: 0.5 } } }] : [own];
  const configs = texts.map((config, at) => ({
    ...file,
    origin: texts.length > 1 && at === 0 ? ("org" as const) : ("repo" as const),
    kind: "config" as const,
    path: ".choochoorc",
    text: JSON.stringify(config),
  }));
  return parsePolicySet([...configs, { ...rules, text: JSON.stringify({ policies }) }]);
}

function ofOrganisation({ one }: Dice): object {
  return {
    teams: one<object>([{ designated: ["sec-ops"] }, { designated: ["privacy", "ciso"], executive: ["ciso"] }, { executive: ["ciso"] }]),
  };
}

function ofRepository({ one }: Dice): object {
  return {
    teams: one<object>([
      {},
      { designated: ["sec-ops"] },
      { designated: ["sec-ops", "privacy"], executive: ["ciso"] },
      { executive: ["ciso"] },
    ]),
    approvals: one<object>([{}, {}, { bindTo: "head" }, { unknownContributors: "block" }, { includeChildTeams: true }, { apps: [5] }]),
    risk: one<object>([{}, {}, {}, { thresholds: { low: 1 } }, { thresholds: { low: 2, medium: 3.5, high: 5 } }]),
    agents: one<object>([{}, {}, {}, { automation: ["robot"] }]),
  };
}
