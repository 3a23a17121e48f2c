import type { z } from "zod";
import { DEFAULT_IGNORE } from "./defaults.ts";
import type { Policy } from "./model.ts";
import type { policiesSchema, RawPolicy } from "./schema.ts";
import type { SourceReading } from "./source.ts";

/** The policies of one file with every default filled in. `tests` stay behind: they decide nothing. */
export function policiesOf(reading: SourceReading<z.infer<typeof policiesSchema>>): readonly Policy[] {
  const { origin, path } = reading.source;
  return (reading.value?.policies ?? []).map((raw, index) => ({
    name: `${origin}/${raw.name}`,
    description: raw.description ?? null,
    trigger: triggerOf(raw.trigger),
    approvers: raw.approvers.map((entry) => ({
      role: entry.role ?? null,
      team: entry.team ?? null,
      users: entry.users ?? [],
      minApprovals: entry.minApprovals ?? 1,
    })),
    slaHours: raw.slaHours ?? null,
    mode: raw.mode ?? "enforce",
    distinctApprovers: raw.distinctApprovers ?? true,
    file: path,
    line: reading.lineOf(["policies", index, "name"]) ?? 1,
  }));
}

function triggerOf(raw: RawPolicy["trigger"]): Policy["trigger"] {
  return {
    tags: raw.tags ?? null,
    env: raw.env ?? null,
    paths: raw.paths ?? null,
    findings: raw.findings ?? null,
    classification: raw.classification ?? null,
    agents: raw.agents ?? null,
    ignore: raw.ignore ?? DEFAULT_IGNORE,
  };
}
