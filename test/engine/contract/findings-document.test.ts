import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FINDING_CODES, FINDING_WAIVERS, type FindingRule } from "../../../src/engine/contract/finding-codes.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The tables of docs/findings.md as the code has them: on a difference, the expected side is what belongs there. */
function tables(): string {
  const told = { before: "old", after: "new", about: " …" };
  const rows = Object.entries<FindingRule>(FINDING_CODES).map(([code, rule]) => {
    const { severity, whenTagged, whenBreaking } = rule;
    const severities = whenBreaking === undefined ? severity : `${severity}, or ${whenBreaking}`;
    return `| \`${code}\` | ${severities} | ${whenTagged} | ${rule.breaking ? "yes" : ""} | ${rule.sentence(told).replace(/\s+/g, " ").trim()} |`;
  });
  const waivers = Object.entries(FINDING_WAIVERS).map(([code, because]) => `| \`${code}\` | ${because} |`);
  return [
    "| code | severity | on tagged data | breaks | what it says |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "| no code | because |",
    "|---|---|",
    ...waivers,
  ].join("\n");
}

it("docs/findings.md has the codes as they are", () => {
  const document = readFileSync(new URL("docs/findings.md", ROOT), "utf8");
  const shown = document.slice(document.indexOf("| code |"), document.indexOf("\n\n## "));
  const [codes, waivers] = [shown, document.slice(document.indexOf("| no code |"))].map((part) => part.trim());
  expect(`${codes}\n\n${waivers}`).toBe(tables());
  expect(readFileSync(new URL("docs/README.md", ROOT), "utf8")).toContain("(findings.md)");
});
