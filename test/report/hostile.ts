import fc from "fast-check";
import type { Decision } from "../../src/engine/decision.ts";
import { finding, node, piiPolicy, secOps, strip } from "./fixtures.ts";

/** Texts that have fooled renderers: markup, fences, tables, HTML, mentions, references, controls, direction marks, halves of characters. */
export const ATTACKS = [
  "@acme/everyone",
  "```\n@victim",
  "`` ` @victim",
  "a`b`c @victim `d",
  "#123 GH-4 acme/x#5",
  "&#64;victim &#35;1 &commat;victim",
  "<img src=x onerror=alert(1)><script>alert(1)</script>",
  "<!-- --> </details></summary><h1>approved</h1>",
  "![x](https://evil.example/x.png) [Approved](https://evil.example)",
  "[Approved]: https://evil.example",
  "https://evil.example www.evil.example mailto:a@evil.example",
  "| a | b |\n|---|---|\n| approved | yes |",
  "\\| \\` \\@victim \\",
  "**approved** __approved__ ~~pending~~ $x$ :white_check_mark:",
  "# Approved\n\n---\n===\n1. ok\n- ok\n> ok",
  "\u202Edevorppa\u202C \u200Bpii\u200D \uFEFF \u00AD \u2066x\u2069",
  "\u001b[2J\u001b]0;owned\u0007 \u009b31m \r\b\u0000",
  "::error::x ::set-output name=a::b ##[error]x %0A::warning::x",
  "\ud800 half \udfff",
  "😀".repeat(90),
  "javascript:alert(1)",
  "' onmouseover='alert(1)' \" autofocus onfocus=alert(1) x=\"",
  "x".repeat(70_000),
  "",
  " ",
  "    indented code",
] as const;

export const hostileText = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(..."`|\\@#<>[]()*_~&;:!-+=.\n a1\u202e"), maxLength: 60 }),
);

/** The strip with a foreign text in every place that foreign text can reach. */
export function hostileDecision(text: string): Decision {
  const foreign = finding({
    ...{ contract: text, object: text, field: text, before: text, after: `${text}2`, message: `tag \`${text}\` removed`, file: text },
    ...{ tagsBefore: [text, "pii"], tagsAfter: ["pii"], unknownClasses: [text], fingerprint: "hostile" },
  });
  return {
    ...strip,
    verdict: `Waiting for ${text}`,
    findings: [foreign],
    policies: [{ ...piiPolicy, name: text, description: text, because: [text, text], findings: ["hostile"] }],
    requirements: [
      {
        ...secOps,
        ...{ team: text, role: text, source: [text], completers: [text, "@carol"] },
        approvals: [{ user: text, userId: 1, reviewId: 1, submittedAt: text }],
        refused: [{ user: text, reviewId: 2, reason: "stale", because: text }],
        ...{ minApprovals: 3, have: 1 },
      },
    ],
    refused: [{ user: text, reviewId: 3, reason: "contributor", because: text }],
    problems: [{ code: "E001", message: text, file: text, line: 3, severity: "warning", hint: text }],
    override: { by: text, byId: 1, reason: text, incident: text, at: text, expiresAt: text, postHocReviewDue: text },
    overrideNotes: [text],
    agent: text,
    risk: { ...strip.risk, floors: [text], factors: [{ id: "S", name: text, points: 400, because: text }] },
    tree: node(text, "pending", text, [node(text, "warn", text)]),
    ...{ base: text, head: text, policyCommit: text },
  };
}
