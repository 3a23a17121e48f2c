import type { Finding } from "../../src/engine/contract/finding.ts";
import type { State } from "../../src/engine/decision.ts";
import type { Actor, Facts, PeopleFacts, Review } from "../../src/engine/facts.ts";
import type { Config, Environment, Policy, RiskLevel } from "../../src/engine/policy/model.ts";
import { agentsOf, crosses, entriesOf, tagsOf } from "./agents.ts";

/**
 * A second evaluator, written from the specification and from nothing else: slow, plain, without a cache or a clever algorithm. It imports
 * types only. What it does not know (roles, configured environments, vocabulary beyond the built-in classes) its worlds do not have.
 */
export type Verdict = { readonly state: State; readonly score: number; readonly level: RiskLevel };
type Agent = ReturnType<typeof agentsOf>[number];
type World = { facts: Facts; config: Config; agents: readonly Agent[]; classes: readonly string[]; where: Environment; bound: boolean };

const TAG_POINTS: Readonly<Record<string, number>> = {
  ...{ restricted: 5, "gdpr-article-9": 5, hipaa: 5, phi: 5, "pci-dss": 5, pii: 4, gdpr: 4, sensitive: 4 },
  ...{ confidential: 3, financial: 3, secret: 3, internal: 1, public: 0 },
};
const CHANGE_POINTS = { loss: 1, exposure: 0.8, added: 0.6, other: 0.3 } as const;
const LEVELS = ["low", "medium", "high", "critical"] as const;
const OWNERS = "(owners)";
const NOTHING = { contract: "", field: null, tagsBefore: [], tagsAfter: [], unknownClasses: [] };
const GOVERNANCE = { ...NOTHING, code: "governance.changed", severity: "block", weight: "other" } as Pick<Finding, "code"> as Finding;

export function evaluate(facts: Facts, policies: readonly Policy[], config: Config, enrolled: boolean): Verdict {
  const { people, diff } = facts;
  const environment = environmentOf(facts);
  const governance = facts.governanceFiles.length > 0;
  const findings: readonly Finding[] = governance ? [...diff.findings, GOVERNANCE] : diff.findings;
  const agents = agentsOf(facts, config);
  const matched = environment === null ? [] : policies.filter((each) => matches(each, findings, environment, agents.length > 0));
  const someFile = diff.files.length > 0 || governance;
  // Whatever the score: a tag that always requires approval, where no policy stands in for it, and an agent whose every action does.
  const isAlone = matched.length === 0 || config.teams.designatedBy === "org";
  const tagged = diff.findings.filter(({ code }) => code !== "description.changed").flatMap(tagsOf);
  const required = config.governance.requireApproval.some((tag) => tagged.includes(tag));
  const bound = environment !== null && ((required && isAlone) || (someFile && agents.some((agent) => agent.needsApproval)));
  const classes = [...config.governance.requireApproval, ...policies.flatMap((policy) => policy.trigger.tags ?? [])];
  const world: World = { facts, config, agents, classes, where: environment ?? "production", bound };
  // A governance change is shown in the risk, and has its own approvers: what people are asked for is the risk without it.
  const shown = risk(world, findings);
  const level = diff.findings.length > 0 ? risk(world, diff.findings).level : bound ? "medium" : "low";
  const done = (state: State): Verdict => ({ state, ...shown });
  if (facts.faults.length > 0) return done("error");
  if (environment === null) return done("not_applicable");
  if (someFile && agents.some(({ entry }) => entry !== null && crosses(entry, facts, findings, environment))) return done("blocked");
  const problem = facts.limits.length > 0 || diff.unparseable.length > 0 || facts.agents?.registry.status === "invalid";
  const asked = matched.length > 0 || level !== "low" || governance;
  const unasked = findings.length === 0 ? "not_applicable" : "auto_approved";
  if (people === null) return done(problem ? "invalid" : asked ? "pending_approval" : unasked);
  const hands = contributors(facts, people, agents);
  const isPerson = (actor: Actor) => actor.type === "User" && !actor.suspended && entriesOf(facts, actor.login).length === 0;
  const clean = (actor: Actor) => isPerson(actor) && !hands.known.has(actor.id);
  if (overridden(facts, people, config, clean)) return done("overridden");
  // Who must approve.
  const entries = matched.flatMap((policy) => policy.approvers.map((entry) => ({ ...policy, ...entry, team: entry.team! })));
  const larger = entries.toSorted((one, other) => other.minApprovals - one.minApprovals);
  const keyOf = ({ team, distinctApprovers }: (typeof entries)[number]) => `${team} ${distinctApprovers}`;
  const slots = larger.filter((each, at) => at === larger.findIndex((other) => keyOf(other) === keyOf(each)));
  const strict = slots.flatMap((slot) => (slot.distinctApprovers ? Array.from({ length: slot.minApprovals }, () => slot.team) : []));
  const executive = config.teams.executive.length > 0 ? config.teams.executive : [OWNERS];
  const bosses = level !== "critical" && !governance ? [] : enrolled ? executive : [OWNERS];
  const ofPolicies = config.teams.designatedBy === "org" ? [] : entries.map(({ team }) => team);
  const designated = [...new Set([...config.teams.designated, ...ofPolicies])];
  const need = level === "low" ? 0 : level === "medium" ? 1 : 2;
  // Two owners stand for two teams where there is no other.
  while (designated.length < need) designated.push(executive.find((team) => !designated.includes(team)) ?? OWNERS);
  // The other designated teams are asked when the slots do not already bring people of enough; who may count twice brings one.
  const strictly = [...new Set([...strict, ...bosses])].filter((team) => designated.includes(team));
  const brought = strictly.length > 0 ? strictly : entries.flatMap(({ team }) => (designated.includes(team) ? [team] : [])).slice(0, 1);
  const open = brought.length >= need ? [] : designated.filter((team, at) => !brought.includes(team) || designated.indexOf(team) < at);
  const teams = [...new Set([...slots.map((slot) => slot.team), ...bosses, ...open])];
  const voices = [...new Set([...teams, ...(need > 0 ? designated : [])])];
  const inTeam = (id: number, slug: string): boolean => {
    if (slug === OWNERS) return owns(people, id);
    const members = people.teams.find((each) => each.slug === slug && each.readable)?.members ?? [];
    const active = members.filter(({ state, inherited }) => state === "active" && (!inherited || config.approvals.includeChildTeams));
    return isActive(people, id) && active.some(({ user }) => actor(people, user)?.id === id);
  };
  const unreadable = teams.some((team) => team !== OWNERS && !people.teams.some((each) => each.slug === team && each.readable));
  const onlyOwners = bosses.includes(OWNERS) || (open.length > 0 && open.every((team) => team === OWNERS));
  const unknown = asked ? hands.unknown : 0;
  if (problem || unreadable || unknown > (config.approvals.unknownContributors === "block" ? 0 : 2)) return done("invalid");
  if (asked && onlyOwners && !people.actors.some(({ id }) => owns(people, id))) return done("invalid");
  // Whose word counts: what each person said last. An approval through an app that may not is not said.
  const bindHead = config.approvals.bindTo === "head" || shown.level === "critical" || governance;
  const isEarly = ({ submittedAt }: Review) => isFuture(submittedAt, facts);
  const isAllowed = ({ viaApp }: Review) => viaApp === null || config.approvals.apps.includes(viaApp);
  const counts = (review: Review) => review.state !== "APPROVED" || (isAllowed(review) && !isEarly(review));
  const said = people.reviews.filter((each) => !["COMMENTED", "PENDING"].includes(each.state) && counts(each));
  said.sort((one, other) => Date.parse(one.submittedAt) - Date.parse(other.submittedAt) || one.id - other.id);
  const last = people.actors.map((person) => ({ person, review: said.findLast(({ user }) => actor(people, user)?.id === person.id) }));
  const speaksFor = (id: number) => voices.filter((team) => inTeam(id, team));
  // Anybody can write a name into a commit: that takes the named person's approval, and never the objection.
  const mayObject = (person: Actor) => isPerson(person) && hands.known.get(person.id) !== "acted";
  for (const { person, review } of last) {
    if (review === undefined || !mayObject(person) || speaksFor(person.id).length === 0) continue;
    if (review.state === "CHANGES_REQUESTED" || (review.state === "DISMISSED" && isEarly(review))) return done("rejected");
    if (review.state !== "DISMISSED" || review.dismissedState === "APPROVED") continue;
    const by = actor(people, review.dismissedBy);
    const rules = by !== null && (owns(people, by.id) || people.permissions[by.login] === "admin");
    const same = by !== null && speaksFor(by.id).some((team) => speaksFor(person.id).includes(team));
    if (by === null || !clean(by) || !(rules || same)) return done("rejected");
  }
  const counted = ({ person, review }: (typeof last)[number]) =>
    review?.state === "APPROVED" && clean(person) && isFresh(review, facts, people, bindHead);
  const voters = last.filter(counted).map(({ person }) => person.id);
  const isShared = slots.every(
    (slot) => slot.distinctApprovers || voters.filter((id) => inTeam(id, slot.team)).length >= slot.minApprovals,
  );
  const seats = [...strict, ...bosses.filter((team) => !strict.includes(team))];
  // Every way to seat people is tried: distinct people in the seats, `need` of different designated teams among or beside them, others on top.
  const place = (index: number, taken: readonly number[]): boolean =>
    index === seats.length
      ? levels(0, [], taken)
      : voters.some((id) => !taken.includes(id) && inTeam(id, seats[index]!) && place(index + 1, [...taken, id]));
  const levels = (index: number, used: readonly number[], taken: readonly number[]): boolean => {
    const others = voters.filter((id) => !taken.includes(id) && !used.includes(id) && teams.some((team) => inTeam(id, team)));
    if (used.length === need) return others.length >= unknown;
    if (index === designated.length) return false;
    const members = voters.filter((id) => !used.includes(id) && inTeam(id, designated[index]!));
    return levels(index + 1, used, taken) || members.some((id) => levels(index + 1, [...used, id], taken));
  };
  return done(!asked ? unasked : isShared && place(0, []) ? "approved" : "pending_approval");
}

function environmentOf({ subject: { baseRef, defaultBranch, baseProtected } }: Facts): Environment | null {
  if (baseRef === defaultBranch || /^(main|master|prod|production|live|release\/.+)$/.test(baseRef)) return "production";
  if (/^(staging|stage|preprod)$/.test(baseRef)) return "staging";
  return /^(develop|dev|test)$/.test(baseRef) ? "development" : baseProtected ? "production" : null;
}

/** One finding must satisfy tags, findings and what is ignored; without any of those, every finding above info does. */
function matches({ mode, trigger }: Policy, findings: readonly Finding[], environment: string, byAgent: boolean): boolean {
  const { tags, env, findings: codes, ignore, agents } = trigger;
  if (mode !== "enforce" || (env !== null && !env.includes(environment)) || (agents === true && !byAgent)) return false;
  return findings.some((finding) => {
    if (ignore.includes(finding.code)) return false;
    if (tags !== null && !tags.some((tag) => tagsOf(finding).includes(tag))) return false;
    if (codes !== null && !codes.includes(finding.code) && !codes.includes(finding.severity)) return false;
    return tags !== null || codes !== null || finding.severity !== "info";
  });
}

function risk({ facts, config, agents, classes, where, bound }: World, findings: readonly Finding[]) {
  const { diff, lineage, quality } = facts;
  const cents = (points: number) => Math.floor(points * 100 + 0.5 + 1e-9);
  const points = findings.map((finding) => {
    const ofTags = tagsOf(finding).map((tag) => TAG_POINTS[tag] ?? (classes.includes(tag) ? 3 : 0));
    const structure = finding.severity === "break" || finding.severity === "block" ? 1 : 0;
    return Math.max(structure, finding.unknownClasses.length > 0 ? 3 : 0, ...ofTags) * CHANGE_POINTS[finding.weight];
  });
  const i = lineage.known ? Math.min(2, 0.5 * Math.log2(1 + lineage.dependents.reduce((sum, each) => sum + each.criticality, 0))) : 0.5;
  const e = { production: 1.5, staging: 0.7, development: 0 }[where];
  const limitations = agents.flatMap(({ entry }) => entry?.systemCard?.limitations ?? []);
  const carried = findings.flatMap((each) => [each.file, ...tagsOf(each)]);
  const touched = limitations.filter(({ contract, tag }) => carried.includes(contract ?? tag!)).length;
  const marks = quality.failingRules + diff.warnings.length + quality.recentOverrides + quality.cardLimitations + touched;
  const factors = [Math.max(0, ...points), i, Math.max(0, ...agents.map(({ doubt }) => doubt)), e, Math.min(0.5, 0.125 * marks)];
  const sum = factors.map(cents).reduce((total, each) => total + each, 0);
  const score = Math.floor(Math.min(1000, sum) / 10 + 0.5) / 10;
  const blocks = findings.some((finding) => finding.severity === "block" || finding.unknownClasses.length > 0);
  const lost = diff.losses.reduce((total, each) => total + each.lost, 0);
  const isMass = lost >= 10 || diff.losses.some((each) => each.lost >= 3 && each.lost >= each.taggedAtBase / 5);
  const byScore = Object.values(config.risk.thresholds).filter((most) => score > most).length;
  const floor = isMass ? (where === "production" ? 3 : 2) : blocks || bound ? 1 : 0;
  return { score, level: LEVELS[Math.max(byScore, floor)]! };
}

function actor(people: PeopleFacts, login: string | null): Actor | null {
  const found = people.actors.filter((each) => login !== null && each.login.toLowerCase() === login.toLowerCase());
  return new Set(found.map((each) => each.id)).size === 1 ? found[0]! : null;
}

/** Where the organisation was looked at, only its active members are in a team or own anything. */
function isActive(people: PeopleFacts, id: number): boolean {
  return people.organisation?.some(({ user, state }) => state === "active" && actor(people, user)?.id === id) ?? true;
}
const owns = (people: PeopleFacts, id: number) => isActive(people, id) && people.owners.some((login) => actor(people, login)?.id === id);

/** `named`: a commit or trailer says so, which anybody can write. */
function contributors({ subject }: Facts, people: PeopleFacts, agents: readonly Agent[]) {
  const known = new Map<number, "acted" | "named">();
  const nobody = new Set<string>();
  const took = (login: string | null, what: string, how: "acted" | "named") => {
    const person = actor(people, login);
    if (person === null) nobody.add(what);
    else if (!known.has(person.id)) known.set(person.id, how);
  };
  took(subject.author, "author", "acted");
  for (const { id, launchers } of agents) for (const login of launchers) took(login, `launcher of ${id}`, "named");
  const acted = [subject.author, ...people.pushes.map((push) => push.actor)].map((login) => actor(people, login)?.id);
  for (const { sha, author, committer, coAuthors, identities, verified } of people.commits) {
    // Where one signature is all that is unknown, author and committer are one.
    const isOne = author === null && committer === null && identities?.length === 1;
    const names = [author, ...(isOne ? [] : [committer]), ...coAuthors];
    const before = nobody.size;
    for (const [at, login] of names.entries()) {
      if (login === "web-flow") continue;
      const who = `${sha} ${login?.toLowerCase() ?? at}`;
      took(login, who, "named");
      // An account that neither opened the change nor pushed to it is a claim, where nobody vouches for the commit.
      if (!verified && !acted.includes(actor(people, login)?.id)) nobody.add(who);
    }
    if (!verified && nobody.size === before) nobody.add(sha);
  }
  for (const push of people.pushes) took(push.actor, `push ${push.sha}`, "acted");
  if (!people.commits.some((commit) => commit.sha === subject.headSha)) nobody.add("commits");
  if (!people.history.pushHistoryComplete) nobody.add("pushes");
  return { known, unknown: nobody.size };
}

/** What comes from the future, beyond a difference of clocks, was never seen. */
const isFuture = (at: string, { asOf }: Pick<Facts, "asOf">) => Date.parse(at) > Date.parse(asOf) + 60_000;

function isFresh(review: Review, { subject }: Facts, people: PeopleFacts, bindHead: boolean): boolean {
  const given = Date.parse(review.submittedAt);
  const isLater = ({ at }: { readonly at: string }) => Date.parse(at) >= given;
  const moved = [...people.history.reopened, ...people.history.retargets].some(isLater);
  const later = people.pushes.filter(isLater);
  if (moved || people.contentDigests[subject.headSha] !== undefined) return false;
  if (review.receipt === null) return review.commitId === subject.headSha && people.history.pushHistoryComplete && later.length === 0;
  const { commitId, headSha } = review.receipt;
  const isSame = headSha === subject.headSha && later.every((push) => push.sha === commitId && Date.parse(push.at) === given);
  return commitId === subject.headSha && (!bindHead || isSame);
}

/** A label by an owner who had no hand in it, with that person's reason, on this head and base, within its hours. */
function overridden({ subject, asOf }: Facts, people: PeopleFacts, config: Config, clean: (person: Actor) => boolean): boolean {
  const { pushes, comments, history } = people;
  return people.labels.some((label) => {
    const person = actor(people, label.actor);
    if (label.name !== config.override.label || label.viaApp !== null || person === null) return false;
    const at = Date.parse(label.at);
    const ends = [at + config.override.ttlHours * 3_600_000, ...(label.removedAt === null ? [] : [Date.parse(label.removedAt)])];
    const isLast = [...pushes, ...history.retargets, ...history.reopened].every((event) => Date.parse(event.at) < at);
    const isHere = label.headSha === subject.headSha && label.baseRef === subject.baseRef && !isFuture(label.at, { asOf });
    const heard = comments.filter((each) => each.headSha === subject.headSha && !isFuture(each.at, { asOf }));
    const said = heard.filter(({ user }) => actor(people, user)?.id === person.id);
    const hasReason = said.some(({ body }) => /^\/countersign override reason="[^"]*\w/.test(body));
    return owns(people, person.id) && clean(person) && isHere && isLast && hasReason && ends.every((end) => Date.parse(asOf) < end);
  });
}
