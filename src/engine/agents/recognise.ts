import type { CommitFact, Facts } from "../facts.ts";
import type { Config } from "../policy/model.ts";
import { type Named, namesAgent } from "./identity.ts";
import { launchOf } from "./launch.ts";
import type { AgentRegistration, CommitTrailers } from "./model.ts";
import { registrations } from "./registered.ts";
import { declaredDoubt } from "./trailers.ts";

/** One agent that had a hand in a change. */
export interface RecognisedAgent {
  readonly id: string;
  /** null = nobody registered it. */
  readonly registration: AgentRegistration | null;
  /** A registry exists, and it does not name this agent. */
  readonly unregistered: boolean;
  readonly automation: boolean;
  /** How it was recognised, as sentence fragments. */
  readonly evidence: readonly string[];
  /** People who launched it, as far as anybody says. */
  readonly launchedBy: readonly string[];
  /** False: somebody launched it, and nobody knows who. */
  readonly launchKnown: boolean;
  /** 0 to 1 from what may be trusted; null = unknown. */
  readonly confidence: number | null;
  readonly systemCard: boolean;
  /** Hundredths of doubt that it declares itself. */
  readonly declaredDoubt: number | null;
}

const SHA_SHOWN = 7;

/**
 * Everyone who is no person and had a hand in the change (decision.md section 8): by account, by trailer, by Agent Trace. Whatever the
 * change says about itself only ever adds an agent.
 */
export function recogniseAgents(facts: Facts, config: Pick<Config, "agents">): readonly RecognisedAgent[] {
  const registered = registrations(facts);
  const found = new Map<string, { readonly named: Named; readonly evidence: Set<string> }>();
  const actorOf = (login: string) => facts.people?.actors.find((each) => each.login.toLowerCase() === login.toLowerCase());
  // Agents that share an account, an address or a tool are all of them at work: the boundaries of each hold.
  const named = (login: string) => registered.filter((each) => namesAgent(each, { login, id: actorOf(login)?.id ?? null }));
  const add = (agent: Named, because: string): void => {
    const key = agent.id.toLowerCase();
    const known = found.get(key) ?? { named: agent, evidence: new Set<string>() };
    known.evidence.add(because);
    found.set(key, known);
  };
  const addEach = (registrations: readonly AgentRegistration[], because: string): void => {
    for (const registration of registrations) add({ id: registration.id, registration }, because);
  };
  const addNamed = (id: string, registrations: readonly AgentRegistration[], because: string): void => {
    addEach(registrations, because);
    if (registrations.length === 0) add({ id, registration: null }, because);
  };
  const byAccount = (login: string | null, because: string, bots: boolean): void => {
    if (login === null) return;
    const actor = actorOf(login);
    if (bots && actor !== undefined && actor.type !== "User" && actor.type !== "Organization") addNamed(login, named(login), because);
    else addEach(named(login), because);
  };
  const byIdentity = (identity: string, because: string): void =>
    addEach(
      registered.filter((each) => namesAgent(each, { identity })),
      because,
    );

  if (facts.agent !== null) addNamed(facts.agent.id, named(facts.agent.id), "author of this change");
  byAccount(facts.subject.author, "author of this change", true);
  if (facts.subject.author !== null) byIdentity(facts.subject.author, "author of this change");
  for (const commit of facts.people?.commits ?? []) {
    const short = commit.sha.slice(0, SHA_SHOWN);
    if (commit.baseMerge !== true) byAccount(commit.author, `author of commit ${short}`, true);
    for (const login of [commit.committer, ...commit.coAuthors]) byAccount(login, `has a part in commit ${short}`, false);
  }
  for (const push of facts.people?.pushes ?? []) byAccount(push.actor, `pushed ${push.sha.slice(0, SHA_SHOWN)}`, false);
  for (const { sha, identities, trailers } of marks(facts)) {
    const short = sha.slice(0, SHA_SHOWN);
    for (const identity of identities) byIdentity(identity, `has a part in commit ${short}`);
    for (const identity of trailers.coAuthors) byIdentity(identity, `co-author of commit ${short}`);
    for (const id of trailers.agents) addNamed(id, named(id), `\`Agent:\` trailer of commit ${short}`);
  }
  for (const trace of facts.agents?.traces ?? []) {
    const about = trace.path === null ? `${trace.file} holds an Agent Trace that cannot be read` : `Agent Trace of ${trace.path}`;
    const { tool } = trace;
    addNamed(tool ?? "unknown agent", tool === null ? [] : registered.filter((each) => tracedBy(each, tool)), about);
  }
  const list = [...found.values()].sort((left, right) => (left.named.id < right.named.id ? -1 : 1));
  return list.map(({ named, evidence }) => recognised(named, [...evidence].sort(), facts, config));
}

function recognised(named: Named, evidence: readonly string[], facts: Facts, config: Pick<Config, "agents">): RecognisedAgent {
  const { id, registration } = named;
  const card = registration?.systemCard ?? null;
  const told = facts.agent !== null && registration === null && facts.agent.id === id ? facts.agent : null;
  const names = [id, ...(registration?.accounts ?? [])].map((each) => String(each).toLowerCase());
  const doubts = marks(facts).flatMap(({ trailers }) => trailers.confidences.map(declaredDoubt));
  const traced = (facts.agents?.traces ?? []).flatMap(({ confidence }) =>
    confidence === null ? [] : [Math.round((1 - confidence) * 100)],
  );
  const declared = [...doubts, ...traced];
  const { by, known } = launchOf(named, facts);
  return {
    id,
    registration,
    unregistered: registration === null && registrations(facts).length > 0,
    automation: told?.automation === true || config.agents.automation.some((each) => names.includes(each.toLowerCase())),
    evidence,
    launchedBy: by,
    launchKnown: known,
    confidence: card === null ? (told?.confidence ?? null) : card.confidence,
    systemCard: card !== null || told?.systemCard === true,
    declaredDoubt: declared.length === 0 ? null : Math.max(...declared),
  };
}

/** The commits' messages, wherever they were read. */
export function marks(
  facts: Facts,
): readonly { readonly sha: string; readonly identities: readonly string[]; readonly trailers: CommitTrailers }[] {
  const told = (facts.people?.commits ?? []).flatMap((commit: CommitFact) =>
    commit.trailers === undefined ? [] : [{ sha: commit.sha, identities: commit.identities ?? [], trailers: commit.trailers }],
  );
  return [...told, ...(facts.agents?.commits ?? [])];
}

function tracedBy({ id, tools }: AgentRegistration, tool: string): boolean {
  return [id, ...tools].some((each) => each.toLowerCase() === tool.toLowerCase());
}
