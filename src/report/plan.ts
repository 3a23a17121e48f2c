import { escapeTerminal } from "./terminal-escape.ts";
import { terminalJson } from "./visible.ts";

/** A plan as it was fetched. */
export interface PlanView {
  readonly agent: string;
  readonly environment: string;
  readonly attachment: string;
  readonly because: string;
  readonly planStatus: string | null;
  readonly compiledHash: string | null;
  readonly session: {
    readonly runtime_projection: {
      readonly contracts: readonly {
        readonly file: string;
        readonly objects: readonly {
          readonly name: string;
          readonly tags: readonly string[];
          readonly fields: readonly { readonly path: string; readonly tags: readonly string[]; readonly masking: string | null }[];
        }[];
      }[];
    };
  } | null;
}

/** Status, hash, and every governed field with its tags. */
export function renderPlan({ agent, environment, planStatus, compiledHash, session }: PlanView): string {
  const lines = [`${agent} · ${environment} · ${planStatus ?? "no plan"}${compiledHash === null ? "" : `\ncompiled hash ${compiledHash}`}`];
  for (const { file, objects } of session?.runtime_projection.contracts ?? []) {
    const fields = objects.flatMap((object) =>
      object.fields.map((field) => ({ ...field, tags: [...new Set([...object.tags, ...field.tags])], object })),
    );
    const governed = fields.filter(({ tags, masking }) => tags.length > 0 || masking !== null);
    lines.push(`${file}: ${fields.length} fields, ${governed.length} governed`);
    for (const { object, path, tags, masking } of governed)
      lines.push(
        `  ${object.name}.${path}  ${tags.join(", ")}${masking === null ? "" : `${tags.length > 0 ? "; " : ""}masked: ${masking}`}`,
      );
  }
  return lines.map((line) => `${line.split("\n").map(escapeTerminal).join("\n")}\n`).join("");
}

/** Stable: `schemaVersion` 1. */
export function renderPlanJson(view: PlanView): string {
  const { agent, environment, attachment, because, planStatus, compiledHash, session } = view;
  const shown = { schemaVersion: 1, agent, environment, attachment, because, status: planStatus, compiledHash, session };
  return terminalJson(shown);
}
