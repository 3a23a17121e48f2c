import type { ProtectionFinding, ProtectionVerdict } from "../engine/protection/judge.ts";
import { sentence } from "./phrase.ts";
import { type Colors, colorsFor, escapeTerminal, terminal } from "./terminal-escape.ts";
import { escapeInvisible, terminalJson } from "./visible.ts";

export const PROTECTION_WORDS = { enforced: "ENFORCED", not_enforced: "NOT ENFORCED", unknown: "UNKNOWN" } as const satisfies Record<
  ProtectionVerdict["status"],
  string
>;

const MARKS = { open: "✗", unknown: "?", advice: "·" } as const;

/** What `countersign doctor` prints: the verdict first, then each setting, then the rulesets that would put it right. */
export function renderDoctor(verdict: ProtectionVerdict, options: { readonly color: boolean }): string {
  const colors = colorsFor(options.color);
  const lines = [`${word(verdict.status, colors)} ${colors.bold(escapeTerminal(verdict.repository))}`, ""];
  for (const each of verdict.findings) lines.push(...finding(each, colors), "");
  for (const branch of verdict.branches) {
    lines.push(`${word(branch.status, colors)} ${escapeTerminal(branch.name)}: \`${escapeTerminal(branch.check)}\``);
    for (const each of branch.findings) lines.push(...finding(each, colors));
    lines.push("");
  }
  if (verdict.status === "enforced") return `${lines.join("\n").trimEnd()}\n`;
  if (verdict.rulesets.length === 0) return `${lines.join("\n")}Rulesets to apply are printed when the app is known: give APP_ID.\n`;
  const [owner, name] = verdict.repository.split("/").map((part) => escapeTerminal(part));
  lines.push(`Ready to apply, each as the body of POST /repos/${owner}/${name}/rulesets:`, "");
  for (const ruleset of verdict.rulesets) lines.push(escapeInvisible(JSON.stringify(ruleset, null, 2)), "");
  return `${lines.join("\n").trimEnd()}\n`;
}

export function renderDoctorJson(verdict: ProtectionVerdict): string {
  return terminalJson(verdict);
}

/** One line for the operator: a login that runs and could rewrite the records. */
export function renderOneLogin(excess: readonly string[]): string {
  return `countersign: one database login: what runs could rewrite the records (${excess.join("; ")})\n  → a login of its own in DATABASE_URL, the owner's in DATABASE_OWNER_URL, then \`countersign migrate\`\n`;
}

function finding({ severity, says, fix, setting }: ProtectionFinding, colors: Colors): string[] {
  const mark =
    severity === "open" ? colors.red(MARKS.open) : severity === "unknown" ? colors.yellow(MARKS.unknown) : colors.dim(MARKS.advice);
  return [
    `  ${mark} ${terminal(sentence(says), colors)} ${colors.dim(`(${setting})`)}`,
    `    ${colors.dim("→")} ${terminal(sentence(fix), colors)}`,
  ];
}

function word(status: ProtectionVerdict["status"], colors: Colors): string {
  const text = PROTECTION_WORDS[status];
  return status === "enforced" ? colors.green(text) : status === "unknown" ? colors.yellow(text) : colors.red(text);
}
