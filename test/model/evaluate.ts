import type { Finding } from "../../src/engine/contract/finding.ts";
import type { State } from "../../src/engine/decision.ts";
import type { Actor, Facts, PeopleFacts, Review } from "../../src/engine/facts.ts";
import type { Config, Policy, RiskLevel } from "../../src/engine/policy/model.ts";

/**
 * A second evaluator, written from the specification and from nothing else: slow, plain, without a cache or a clever algorithm. It imports
 * types only. What it does not know (roles, configured environments, vocabulary beyond the built-in classes) its worlds do not have.
 */
export interface Verdict {
  readonly state: State;
  readonly score: number;
  readonly level: RiskLevel;
}

const TAG_POINTS: Readonly<Record<string, number>> = Object.fromEntries([
  ...["restricted", "gdpr-article-9", "hipaa", "phi", "pci-dss"].map((tag) => [tag, 5]),
  ...["pii", "gdpr", "sensitive"].map((tag) => [tag, 4]),
  ...["confidential", "financial", "secret"].map((tag) => [tag, 3]),
  ...[
    ["internal", 1],
    ["public", 0],
  ],
]);
const CHANGE_POINTS = { loss: 1, exposure: 0.8, added: 0.6, other: 0.3 } as const;
const LEVELS: readonly RiskLevel[] = ["low", "medium", "high", "critical"];
const BRANCHES: readonly (readonly [string, readonly RegExp[]])[] = [
  ["production", [/^(main|master|prod|production|live)$/, /^release\/.+/]],
  ["staging", [/^(staging|stage|preprod)$/]],
  ["development", [/^(develop|dev|test)$/]],
];

export function evaluate(facts: Facts, policies: readonly Policy[], config: Config, enrolled: boolean): Verdict {
  const environment = environmentOf(facts);
  const governance = facts.governanceFiles.length > 0;
  const findings = facts.diff.findings;
  const seen: readonly Triggering[] = governance
    ? [...findings, { code: "governance.changed", severity: "block", tagsBefore: [], tagsAfter: [] }]
    : findings;
  const agent = facts.agent !== null;
  const matched = policies.filter(
    (policy) => policy.mode === "enforce" && environment !== null && matches(policy, seen, environment, agent),
  );
  // A governance change is shown in the risk, and has its own approvers: what people are asked for is the risk without it.
  const isAlone = environment !== null && (matched.length === 0 || config.teams.designatedBy === "org");
  const named = policies.flatMap((policy) => policy.trigger.tags ?? []);
  const shown = risk(facts, governance, config, named, environment ?? "production", isAlone);
  const asking = risk(facts, false, config, named, environment ?? "production", isAlone).level;
  const level = findings.length === 0 ? "low" : asking;
  const done = (state: State): Verdict => ({ state, ...shown });
  if (facts.faults.length > 0) return done("error");
  if (environment === null) return done("not_applicable");
  const people = facts.people;
  const problem = facts.limits.length > 0 || facts.diff.unparseable.length > 0;
  if (people === null) {
    if (problem) return done("invalid");
    if (matched.length > 0 || level !== "low" || governance) return done("pending_approval");
    return done(findings.length === 0 ? "not_applicable" : "auto_approved");
  }
  const hands = contributors(facts, people);
  if (overridden(facts, people, config, hands)) return done("overridden");

  // Who must approve.
  const slots: Slot[] = [];
  for (const policy of matched) {
    for (const { team, minApprovals } of policy.approvers) {
      const twin = slots.find((slot) => slot.team === team && slot.distinct === policy.distinctApprovers);
      if (twin === undefined) slots.push({ team: team!, min: minApprovals, distinct: policy.distinctApprovers });
      else twin.min = Math.max(twin.min, minApprovals);
    }
  }
  const executive = config.teams.executive.length > 0 ? config.teams.executive : ["(owners)"];
  const boss = enrolled ? executive : ["(owners)"];
  const asksBoss = level === "critical" || governance;
  const designated = [
    ...new Set(
      config.teams.designated.length > 0 && config.teams.designatedBy === "org"
        ? config.teams.designated
        : [...config.teams.designated, ...matched.flatMap((policy) => policy.approvers.map((entry) => entry.team!))],
    ),
  ];
  const need = level === "low" ? 0 : level === "medium" ? 1 : 2;
  while (designated.length < need) {
    // Two owners stand for two teams where there is no other.
    designated.push(executive.find((team) => !designated.includes(team)) ?? "(owners)");
  }
  const asked = slots.length > 0 || need > 0 || asksBoss;
  const teams = [...new Set([...slots.map((slot) => slot.team), ...(need > 0 ? designated : []), ...(asksBoss ? boss : [])])];
  // Designated teams are read when the slots do not already bring people of enough of them; who may count twice brings one.
  const alone = [...slots.filter((slot) => slot.distinct).map((slot) => slot.team), ...(asksBoss && boss.length === 1 ? boss : [])];
  const brought = new Set(alone.filter((team) => designated.includes(team))).size;
  const enough = Math.max(brought, slots.some((slot) => designated.includes(slot.team)) ? 1 : 0) >= need;
  const read = teams.filter((team) => !enough || slots.some((slot) => slot.team === team) || (asksBoss && boss.includes(team)));
  const unknown = asked ? hands.unknown : 0;
  if (problem || read.some((team) => team !== "(owners)" && !people.teams.some((each) => each.slug === team && each.readable)))
    return done("invalid");
  if (unknown > (config.approvals.unknownContributors === "block" ? 0 : 2)) return done("invalid");

  // Whose word counts.
  const bindHead = config.approvals.bindTo === "head" || level === "critical" || governance;
  const last = lastWords(people);
  const clean = (person: Actor) => person.type === "User" && !person.suspended && !hands.known.has(person.id);
  const inTeam = (id: number, team: string) =>
    team === "(owners)"
      ? people.owners.some((login) => actor(people, login)?.id === id)
      : (people.teams.find((each) => each.slug === team && each.readable)?.members ?? []).some(
          (member) =>
            actor(people, member.user)?.id === id && member.state === "active" && (!member.inherited || config.approvals.includeChildTeams),
        );
  const speaksFor = (id: number) => teams.filter((team) => inTeam(id, team));
  for (const { person, review } of last) {
    if (!clean(person) || speaksFor(person.id).length === 0) continue;
    if (review.state === "CHANGES_REQUESTED") return done("rejected");
    if (review.state !== "DISMISSED" || review.dismissedState === "APPROVED") continue;
    const by = actor(people, review.dismissedBy);
    const may =
      by !== null &&
      clean(by) &&
      (people.owners.includes(by.login) ||
        people.permissions[by.login] === "admin" ||
        speaksFor(by.id).some((team) => speaksFor(person.id).includes(team)));
    if (!may) return done("rejected");
  }
  const voters = last
    .filter(({ person, review }) => review.state === "APPROVED" && clean(person) && isFresh(review, facts, people, config, bindHead))
    .map(({ person }) => person.id);
  if (!asked) return done(findings.length === 0 ? "not_applicable" : "auto_approved");
  const seats: (readonly string[])[] = [
    ...slots.filter((slot) => slot.distinct).flatMap((slot) => Array.from({ length: slot.min }, () => [slot.team])),
    ...(asksBoss && !slots.some((slot) => slot.distinct && boss.includes(slot.team)) ? [boss] : []),
  ];
  const shared = slots.filter((slot) => !slot.distinct).every((slot) => voters.filter((id) => inTeam(id, slot.team)).length >= slot.min);
  return done(shared && seatable(voters, seats, designated, need, unknown, read, inTeam) ? "approved" : "pending_approval");
}

interface Slot {
  readonly team: string;
  min: number;
  readonly distinct: boolean;
}

/** Every way to seat people is tried: distinct people in the seats, `need` of different designated teams among them or beside them, and others on top. */
function seatable(
  voters: readonly number[],
  seats: readonly (readonly string[])[],
  designated: readonly string[],
  need: number,
  extra: number,
  teams: readonly string[],
  inTeam: (id: number, team: string) => boolean,
): boolean {
  const place = (index: number, taken: readonly number[]): boolean => {
    if (index < seats.length)
      return voters.some((id) => !taken.includes(id) && seats[index]!.some((team) => inTeam(id, team)) && place(index + 1, [...taken, id]));
    return levels(0, [], taken);
  };
  const levels = (team: number, used: readonly number[], taken: readonly number[]): boolean => {
    if (used.length === need)
      return voters.filter((id) => !taken.includes(id) && !used.includes(id) && teams.some((each) => inTeam(id, each))).length >= extra;
    if (team === designated.length) return false;
    if (levels(team + 1, used, taken)) return true;
    return voters.some((id) => !used.includes(id) && inTeam(id, designated[team]!) && levels(team + 1, [...used, id], taken));
  };
  return place(0, []);
}

function environmentOf({ subject, governanceFiles }: Facts): string | null {
  if (subject.baseRef === subject.defaultBranch) return "production";
  for (const [name, patterns] of BRANCHES) if (patterns.some((pattern) => pattern.test(subject.baseRef))) return name;
  if (subject.baseProtected) return "production";
  return governanceFiles.length > 0 && subject.baseRef === subject.defaultBranch ? "production" : null;
}

type Triggering = Pick<Finding, "severity" | "tagsBefore" | "tagsAfter"> & { readonly code: string };

/** One finding must satisfy tags, findings and what is ignored; without any of those, every finding above info does. */
function matches(policy: Policy, findings: readonly Triggering[], environment: string, byAgent: boolean): boolean {
  const { tags, env, findings: codes, ignore, agents } = policy.trigger;
  if (env !== null && !env.includes(environment)) return false;
  if (agents === true && !byAgent) return false;
  return findings.some((finding) => {
    if (ignore.includes(finding.code)) return false;
    if (tags !== null && !tags.some((tag) => finding.tagsBefore.includes(tag) || finding.tagsAfter.includes(tag))) return false;
    if (codes !== null && !codes.includes(finding.code) && !codes.includes(finding.severity)) return false;
    return tags !== null || codes !== null || finding.severity !== "info";
  });
}

function risk(
  { diff, lineage, quality, agent }: Facts,
  governance: boolean,
  config: Config,
  named: readonly string[],
  environment: string,
  isAlone: boolean,
): { score: number; level: RiskLevel } {
  const cents = (points: number) => Math.floor(points * 100 + 0.5 + 1e-9);
  const required = config.governance.requireApproval;
  const pointsOf = (tag: string) => TAG_POINTS[tag] ?? (required.includes(tag) || named.includes(tag) ? 3 : undefined);
  let s = governance ? 1 * CHANGE_POINTS.other : 0;
  for (const finding of diff.findings) {
    const words = [...finding.tagsBefore, ...finding.tagsAfter];
    const points = Math.max(
      0,
      ...words.map((tag) => pointsOf(tag) ?? 0),
      finding.unknownClasses.length > 0 ? 3 : 0,
      finding.severity === "break" || finding.severity === "block" ? 1 : 0,
    );
    s = Math.max(s, points * CHANGE_POINTS[finding.weight]);
  }
  const i = lineage.known ? Math.min(2, 0.5 * Math.log2(1 + lineage.dependents.reduce((sum, each) => sum + each.criticality, 0))) : 0.5;
  const a = agent === null ? 0 : agent.automation ? 0.5 : !agent.systemCard ? 1 : agent.confidence === null ? 0.5 : 1 - agent.confidence;
  const e = { production: 1.5, staging: 0.7, development: 0 }[environment] ?? 1.5;
  const h = Math.min(0.5, 0.125 * (quality.failingRules + diff.warnings.length + quality.recentOverrides + quality.cardLimitations));
  const sum = Math.min(1000, cents(s) + cents(i) + cents(a) + cents(e) + cents(h));
  const score = Math.floor(sum / 10 + 0.5) / 10;
  const { low, medium, high } = config.risk.thresholds;
  let level = score <= low ? 0 : score <= medium ? 1 : score <= high ? 2 : 3;
  if (governance || diff.findings.some((finding) => finding.severity === "block" || finding.unknownClasses.length > 0))
    level = Math.max(level, 1);
  for (const { lost, taggedAtBase } of diff.losses)
    if (lost >= 10 || (lost >= 3 && lost >= taggedAtBase / 5)) level = Math.max(level, environment === "production" ? 3 : 2);
  const touched = diff.findings.some(
    (finding) =>
      finding.code !== "description.changed" && required.some((tag) => finding.tagsBefore.includes(tag) || finding.tagsAfter.includes(tag)),
  );
  if (touched && isAlone) level = Math.max(level, 1);
  return { score, level: LEVELS[level]! };
}

function actor(people: PeopleFacts, login: string | null): Actor | null {
  const found = people.actors.filter((each) => login !== null && each.login.toLowerCase() === login.toLowerCase());
  return new Set(found.map((each) => each.id)).size === 1 ? found[0]! : null;
}

function contributors({ subject, agent }: Facts, people: PeopleFacts): { known: Set<number>; unknown: number } {
  const known = new Set<number>();
  const nobody = new Set<string>();
  const took = (login: string | null, what: string) => {
    const person = actor(people, login);
    if (person === null) nobody.add(what);
    else known.add(person.id);
  };
  took(subject.author, "author");
  if (agent !== null && !agent.automation) took(agent.launchedBy ?? null, "launcher");
  for (const commit of people.commits) {
    for (const login of [commit.author, commit.committer, ...commit.coAuthors]) if (login !== "web-flow") took(login, commit.sha);
    if (!commit.verified) nobody.add(commit.sha);
  }
  for (const push of people.pushes) took(push.actor, push.sha);
  if (!people.commits.some((commit) => commit.sha === subject.headSha)) nobody.add("commits");
  if (!people.history.pushHistoryComplete) nobody.add("pushes");
  return { known, unknown: nobody.size };
}

/** What each person said last. An approval by nobody, or through an app, is not said. */
function lastWords(people: PeopleFacts): { person: Actor; review: Review }[] {
  const words = new Map<number, { person: Actor; review: Review }>();
  for (const review of [...people.reviews].sort((a, b) => Date.parse(a.submittedAt) - Date.parse(b.submittedAt) || a.id - b.id)) {
    const person = actor(people, review.user);
    if (person === null || review.state === "COMMENTED" || review.state === "PENDING") continue;
    if (review.state === "APPROVED" && review.viaApp !== null) continue;
    words.set(person.id, { person, review });
  }
  return [...words.values()];
}

function isFresh(review: Review, { subject }: Facts, people: PeopleFacts, _config: Config, bindHead: boolean): boolean {
  const given = Date.parse(review.submittedAt);
  if ([...people.history.reopened, ...people.history.retargets].some(({ at }) => Date.parse(at) >= given)) return false;
  const later = people.pushes.filter(({ at }) => Date.parse(at) >= given);
  const current = people.contentDigests[subject.headSha];
  if (review.receipt === null)
    return review.commitId === subject.headSha && people.history.pushHistoryComplete && later.length === 0 && current === undefined;
  const { commitId, headSha } = review.receipt;
  if (commitId !== subject.headSha) return false;
  if (!bindHead) return current === undefined;
  return (
    headSha === subject.headSha && current === undefined && later.every((push) => push.sha === commitId && Date.parse(push.at) === given)
  );
}

/** A label by an owner who had no hand in it, with that person's reason, on this head and base, within its hours. */
function overridden({ subject, asOf }: Facts, people: PeopleFacts, config: Config, hands: { known: Set<number> }): boolean {
  return people.labels.some((label) => {
    const person = actor(people, label.actor);
    if (label.name !== config.override.label || person === null || label.viaApp !== null) return false;
    if (person.type !== "User" || person.suspended || hands.known.has(person.id)) return false;
    if (!people.owners.some((login) => actor(people, login)?.id === person.id)) return false;
    if (label.headSha !== subject.headSha || label.baseRef !== subject.baseRef) return false;
    const at = Date.parse(label.at);
    if ([...people.pushes, ...people.history.retargets, ...people.history.reopened].some((event) => Date.parse(event.at) >= at))
      return false;
    const ends = Math.min(
      at + config.override.ttlHours * 3_600_000,
      label.removedAt === null ? Number.POSITIVE_INFINITY : Date.parse(label.removedAt),
    );
    const now = Date.parse(asOf);
    return (
      now < ends &&
      people.comments.some(
        (comment) =>
          actor(people, comment.user)?.id === person.id &&
          comment.headSha === subject.headSha &&
          Date.parse(comment.at) < ends &&
          /^\/countersign override reason="[^"]*\w/.test(comment.body),
      )
    );
  });
}
