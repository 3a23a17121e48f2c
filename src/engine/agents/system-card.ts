import type { PolicySource } from "../policy/model.ts";
import { readSource } from "../policy/source.ts";
import type { Problem } from "../problem.ts";
import { environmentProblems, environmentsOf, globProblems } from "./limits.ts";
import type { Limitation, SystemCard } from "./model.ts";
import { type RawSystemCard, systemCardSchema } from "./schema.ts";

export interface CardReading {
  /** null = it cannot be read; then `problems` says why. */
  readonly card: SystemCard | null;
  readonly problems: readonly Problem[];
}

export function readSystemCard(source: Omit<PolicySource, "origin" | "kind">): CardReading {
  const reading = readSource<RawSystemCard>({ origin: "repo", kind: "config", ...source }, systemCardSchema);
  const raw = reading.value;
  if (raw === undefined) return { card: null, problems: reading.problems };
  const { path } = source;
  const problems = [
    ...environmentProblems(raw.environments, path, (index) => reading.lineOf(["environments", index])),
    ...globProblems(raw.scopes, path, (index) => reading.lineOf(["scopes", index])),
    ...(raw.limitations ?? []).flatMap((each, index) =>
      typeof each === "string" || each.contract === undefined
        ? []
        : globProblems([each.contract], path, () => reading.lineOf(["limitations", index])),
    ),
  ];
  const card: SystemCard = {
    id: raw.id ?? raw.info?.id ?? "",
    path,
    capabilities: raw.capabilities ?? null,
    confidence: raw.confidence ?? null,
    limitations: (raw.limitations ?? []).map(limitationOf),
    environments: environmentsOf(raw.environments),
    scopes: raw.scopes ?? null,
  };
  return { card: problems.length > 0 ? null : card, problems };
}

function limitationOf(raw: NonNullable<RawSystemCard["limitations"]>[number]): Limitation {
  if (typeof raw === "string") return { note: raw, contract: null, tag: null };
  return { note: raw.note ?? "", contract: raw.contract ?? null, tag: raw.tag ?? null };
}
