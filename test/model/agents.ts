import type { AgentRegistration } from "../../src/engine/agents/model.ts";
import type { Finding } from "../../src/engine/contract/finding.ts";
import type { Facts } from "../../src/engine/facts.ts";
import type { Config, Environment } from "../../src/engine/policy/model.ts";

/** The part of the second evaluator that judges agents (decision.md section 8); it imports types only, as the other does. */
const PERSONAL = ["pii", "phi", "gdpr", "gdpr-article-9", "hipaa", "sensitive"];
const CAPABILITIES: Readonly<Record<string, string>> = {
  ...{ "tag.removed": "change-tags", "tag.added": "change-tags", "type.changed": "modify-field", "type.widened": "modify-field" },
  ...{ "field.added": "add-field", "description.changed": "edit-description", "governance.changed": "edit-governance" },
};
export const tagsOf = ({ tagsBefore, tagsAfter }: Finding) => [...tagsBefore, ...tagsAfter];
const registered = ({ agents }: Facts) => (agents?.registry.status === "ok" ? agents.registry.agents : []);

/** The registered agents, each of them, that a login, an address, a tool or a trailer names. */
export function entriesOf(facts: Facts, word: string | null): readonly AgentRegistration[] {
  const id = facts.people?.actors.find((each) => each.login === word)?.id ?? 0;
  const names = ({ id, accounts, emails, tools }: AgentRegistration) => [id, ...accounts, ...emails, ...tools];
  return registered(facts).filter((each) => names(each).some((name) => name === word || name === id));
}

/** Everyone who is no person and had a hand in it, and who launched each: a launcher that nobody knows is null. */
export function agentsOf(facts: Facts, config: Config) {
  const { subject, agent, people } = facts;
  const { commits = [], pushes = [], actors = [] } = people ?? {};
  const trailers = commits.flatMap(({ trailers, verified }) => (trailers === undefined ? [] : [{ ...trailers, verified }]));
  const traces = facts.agents?.traces ?? [];
  const isBot = (login: string | null) => actors.some((each) => each.login === login && each.type === "Bot");
  const isUser = (login: string | null) =>
    actors.some((each) => each.login === login && each.type === "User") && entriesOf(facts, login).length === 0;
  const authors = [subject.author, ...commits.map((each) => each.author)];
  const others = [...commits.flatMap((each) => [each.committer, ...each.coAuthors]), ...pushes.map((push) => push.actor)];
  const addresses = trailers.flatMap((each) => each.coAuthors.map((text) => text.replace(/^.*<|>$/g, "")));
  const words = [
    ...[...(agent === null ? [] : [agent.id]), ...authors.filter(isBot), ...trailers.flatMap((each) => each.agents)],
    ...[...authors, ...others, ...addresses].filter((word) => entriesOf(facts, word).length > 0),
    ...traces.map(({ tool }) => tool ?? "unknown agent"),
  ];
  const idsOf = (word: string): readonly string[] => {
    const entries = entriesOf(facts, word);
    return entries.length === 0 ? [word] : entries.map((entry) => entry.id);
  };
  const ids = new Set(words.flatMap((word) => (word === null ? [] : idsOf(word))));
  const said = trailers.flatMap((each) => each.confidences.map((text) => (Number.isNaN(Number(text)) ? 0.5 : 1 - Number(text))));
  const traced = traces.flatMap(({ confidence }) => (confidence === null ? [] : [1 - confidence]));
  return [...ids].map((id) => {
    const entry = registered(facts).find((each) => each.id === id) ?? null;
    const isOwn = (login: string | null) => login !== null && idsOf(login).includes(id);
    const told = agent !== null && isOwn(agent.id) ? agent : null;
    const isListed = config.agents.automation.some((word) => [id, ...(entry?.accounts ?? [])].includes(word));
    const automation = isListed || (entry === null && told?.automation === true);
    const card = entry === null ? (told?.systemCard ? told : null) : entry.systemCard;
    const trusted = automation ? 0.5 : card === null ? 1 : 1 - (card.confidence ?? 0.5);
    const beside = commits.filter((each) => isOwn(each.author) && each.verified).flatMap((each) => each.coAuthors.filter(isUser));
    const launchers = [...(told?.launchedBy ? [told.launchedBy] : []), ...trailers.flatMap((each) => each.launchedBy), ...beside];
    const vouched = trailers.some((each) => each.verified && each.launchedBy.some(isUser)) || beside.length > 0;
    // Where none of its accounts acts, people pushed its work themselves, and count as contributors anyway.
    const acts = told !== null || [...authors, ...pushes.map((push) => push.actor)].some(isOwn);
    const isKnown = automation || !acts || typeof told?.launchedBy === "string" || vouched;
    const needsApproval = entry?.boundaries.requiresApproval ?? (!automation && registered(facts).length > 0);
    const doubt = Math.max(trusted, ...said, ...traced);
    return { id, entry, doubt, needsApproval, launchers: isKnown ? launchers : [...launchers, null] };
  });
}

export function crosses(
  agent: AgentRegistration,
  { diff, governanceFiles, agents }: Facts,
  findings: readonly Finding[],
  where: Environment,
) {
  const { status, boundaries, systemCard: card, capabilities } = agent;
  const paths = [...[...diff.files, ...governanceFiles].map(({ path }) => path), ...(agents?.paths ?? [])];
  const isIn = (globs: readonly string[], path: string) => globs.some((glob) => path.startsWith(glob.replace("**", "")));
  const added = findings.filter(({ code }) => code === "field.added").map(({ contract, field }) => `${contract} ${field}`);
  // Whoever may add a field may tag it.
  const others = findings.filter((each) => each.code !== "tag.added" || !added.includes(`${each.contract} ${each.field}`));
  const isPersonal = (each: Finding) => each.unknownClasses.length > 0 || tagsOf(each).some((tag) => PERSONAL.includes(tag));
  return (
    status !== "active" ||
    boundaries.readOnly ||
    (boundaries.noPii && findings.some(isPersonal)) ||
    [boundaries.environments, card?.environments].some((allowed) => allowed?.includes(where) === false) ||
    [boundaries.scopes, card?.scopes].some((globs) => globs && paths.some((path) => !isIn(globs, path))) ||
    [capabilities, card?.capabilities].some(
      (allowed) => allowed && others.some(({ code }) => !allowed.some((word) => word === CAPABILITIES[code])),
    )
  );
}
