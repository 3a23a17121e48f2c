import type { Finding, Severity } from "../engine/contract/finding.ts";
import type { Decision, PolicyMatch, Requirement } from "../engine/decision.ts";
import { SEVERITIES } from "../engine/policy/model.ts";
import { code, count, data, listed, type Phrase, type Span, say, sentence } from "./phrase.ts";

/** Everything that changes about one field, object or contract: a row of the table that every surface shows. */
export interface ChangeRow {
  /** `customers.email`, the object, or the file. */
  readonly subject: string;
  readonly file: string;
  /** 1-based, on `side`; null when nothing can be pointed at. */
  readonly line: number | null;
  readonly side: "head" | "base";
  readonly severity: Severity;
  /** One per finding. */
  readonly phrases: readonly Phrase[];
  /** Why someone must approve it; empty = nothing governs it. */
  readonly why: readonly Phrase[];
  readonly requirements: readonly Requirement[];
  readonly findings: readonly Finding[];
}

/** The changes of a decision, the governed and gravest first; with a policy, only what that policy matched. */
export function changeRows(decision: Decision, policy: string | null): readonly ChangeRow[] {
  const policies = decision.policies.filter((each) => each.matched && each.mode !== "shadow" && (policy === null || each.name === policy));
  const matchedOn = new Map<string, PolicyMatch[]>();
  for (const match of policies)
    for (const print of match.findings) {
      const known = matchedOn.get(print);
      if (known === undefined) matchedOn.set(print, [match]);
      else known.push(match);
    }
  const groups = Map.groupBy(
    decision.findings.filter((finding) => policy === null || matchedOn.has(finding.fingerprint)),
    (finding) => JSON.stringify([finding.contract, finding.object, finding.field]),
  );
  const rows = [...groups.values()].map((findings) => changeRow(decision, findings, matchedOn, policy));
  return rows.sort((a, b) => rank(a) - rank(b));
}

function rank(row: ChangeRow): number {
  return SEVERITIES.indexOf(row.severity) + (row.why.length > 0 ? 0 : SEVERITIES.length);
}

function changeRow(
  decision: Decision,
  unsorted: readonly Finding[],
  matchedOn: ReadonlyMap<string, PolicyMatch[]>,
  policy: string | null,
): ChangeRow {
  const findings = unsorted.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const gravest = findings[0]!;
  const matches = [...new Set(findings.flatMap((finding) => matchedOn.get(finding.fingerprint) ?? []))];
  const why = matches.map(becauseOfPolicy);
  if (why.length === 0 && (gravest.severity === "block" || touchesTag(findings))) why.push(becauseOfNature(findings));
  return {
    subject: subjectOf(gravest),
    file: gravest.file,
    line: gravest.line,
    side: gravest.side,
    severity: gravest.severity,
    phrases: findings.map((finding) => emphasised(sentence(finding.message))),
    why,
    requirements: why.length === 0 ? [] : requirementsFor(decision, matches, policy),
    findings,
  };
}

export function subjectOf(finding: Finding): string {
  if (finding.object === null) return finding.field ?? finding.contract;
  return finding.field === null ? finding.object : `${finding.object}.${finding.field}`;
}

function becauseOfPolicy(match: PolicyMatch): Phrase {
  const mode = match.mode === "enforce" ? "" : " (warns only)";
  const reasons = match.because.map((each) => sentence(each, 160));
  return reasons.length === 0 ? say`${code(match.name)}${words(mode)}` : say`${code(match.name)}${words(mode)}: ${listed(reasons, 4)}`;
}

function becauseOfNature(findings: readonly Finding[]): Phrase {
  const tags = [...new Set(findings.flatMap((each) => [...each.tagsBefore, ...each.tagsAfter, ...each.unknownClasses]))];
  if (tags.length === 0) return say`a change of this kind always needs approval`;
  return say`tagged ${listed(
    tags.map((tag) => [code(tag)]),
    4,
  )}`;
}

function touchesTag(findings: readonly Finding[]): boolean {
  return findings.some(
    (each) => each.severity !== "info" && (each.tagsBefore.length > 0 || each.tagsAfter.length > 0 || each.unknownClasses.length > 0),
  );
}

/** Slots of the policies that matched on this row, and what the whole change owes (level, self-protection, unknown contributors). */
function requirementsFor(decision: Decision, matches: readonly PolicyMatch[], policy: string | null): readonly Requirement[] {
  const names = new Set(decision.policies.map((each) => each.name));
  return requirementsOf(decision, policy).filter((each) =>
    each.source.some((source) => matches.some((match) => match.name === source) || (policy === null && !names.has(source))),
  );
}

/** All requirements, or those that one policy asks for. */
export function requirementsOf(decision: Decision, policy: string | null): readonly Requirement[] {
  return policy === null ? decision.requirements : decision.requirements.filter((each) => each.source.includes(policy));
}

export function words(text: string): Span {
  return { kind: "words", text };
}

const LOSS = /\b(removed|deleted|lowered|weakened|lost|dropped|cleared)\b/;

/** The word that says something is gone, in bold. */
function emphasised(phrase: Phrase): Phrase {
  return phrase.flatMap((span): Phrase => {
    const hit = span.kind === "data" ? LOSS.exec(span.text) : null;
    if (hit === null) return [span];
    const around = [
      data(span.text.slice(0, hit.index)),
      { kind: "strong", text: hit[0] } as const,
      data(span.text.slice(hit.index + hit[0].length)),
    ];
    return around.filter((each) => each.text !== "");
  });
}

const PERSONAL = /^(pii|gdpr|gdpr-article-9|phi|hipaa|sensitive|category:user\b.*)$/;

/** "2 fields that carry personal data change in 1 contract." */
export function changesHeadline(rows: readonly ChangeRow[]): Phrase {
  if (rows.length === 0) return say`No governed contract changes.`;
  if (rows.every((row) => row.findings[0]!.code === "governance.changed"))
    return say`${words(count(rows.length, "governance file"))} ${words(rows.length === 1 ? "changes" : "change")}.`;
  const contracts = count(new Set(rows.map((row) => row.findings[0]!.contract)).size, "contract");
  const tagged = rows.filter((row) => row.findings.some((each) => each.tagsBefore.length + each.tagsAfter.length > 0));
  const fields = tagged.filter((row) => row.findings[0]!.field !== null);
  if (fields.length === 0)
    return say`${words(count(rows.length, "change"))} in ${words(contracts)}${words(tagged.length === 0 ? ", none on a tagged field." : ".")}`;
  const personal = fields.every((row) =>
    row.findings.some((each) => [...each.tagsBefore, ...each.tagsAfter].some((tag) => PERSONAL.test(tag))),
  );
  const carry = `${personal ? "personal data" : "compliance tags"}`;
  const verb = fields.length === 1 ? "carries" : "carry";
  return say`${words(count(fields.length, "field"))} that ${words(verb)} ${words(carry)} ${words(fields.length === 1 ? "changes" : "change")} in ${words(contracts)}.`;
}
