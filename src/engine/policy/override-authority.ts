import { recogniseAgents } from "../agents/recognise.ts";
import type { Facts, LabelFact, PeopleFacts, Subject } from "../facts.ts";
import { type Contributors, contributorsOf } from "./contributors.ts";
import { type Directory, directoryOf } from "./directory.ts";
import { unfitness } from "./eligibility.ts";
import type { Config } from "./model.ts";
import { readableSet } from "./parse.ts";

/** A label is first worked on within moments. What was seen later says nothing about the moment it was set. */
const OBSERVED_WITHIN_MS = 15 * 60_000;

export interface AuthorityInput {
  readonly subject: Subject;
  readonly people: PeopleFacts;
  readonly directory: Directory;
  readonly contributors: Contributors;
  readonly config: Pick<Config, "override">;
}

export interface Entitled {
  readonly id: number;
  readonly login: string;
  /** "an owner", "in ciso" */
  readonly as: string;
}

/** Who set the label, if entitled now; else why not. */
export function authorityOf(label: LabelFact, { directory, contributors, config }: AuthorityInput): Entitled | string {
  if (label.viaApp !== null) return "the label was set through an app";
  const person = directory.person(label.actor);
  if (person === null) return "the account is not known";
  const unfit = unfitness(person, contributors);
  if (unfit !== null) return unfit.because;
  const { teams, repositoryAdmins } = config.override;
  const entitled = (as: string): Entitled => ({ id: person.id, login: person.login, as });
  if (directory.isOwner(person.id)) return entitled("an owner");
  const team = teams.find((each) => directory.membership(person.id, { kind: "team", team: each }).status === "member");
  if (team !== undefined) return entitled(`in ${team}`);
  if (repositoryAdmins && directory.isAdmin(person.id)) return entitled("an admin of the repository");
  return teams.length === 0 ? "not an owner" : `not an owner and not in ${teams.join(" or ")}`;
}

/** The same from whole facts: what is remembered when a label's delivery is first worked on. null = nobody is known. */
export function authorityNow(facts: Facts, label: LabelFact): { readonly entitled: boolean; readonly because: string } | null {
  const { people, subject } = facts;
  if (people === null) return null;
  const { config } = readableSet(facts.policy);
  const directory = directoryOf(people, config, facts.inForce?.pins);
  const contributors = contributorsOf(subject, people, recogniseAgents(facts, config), directory);
  const found = authorityOf(label, { subject, people, directory, contributors, config });
  return typeof found === "string" ? { entitled: false, because: found } : { entitled: true, because: found.as };
}

/** Why the label gives no authority that was there when it was set; null = it was, or nobody says (a scenario given offline). */
export function lateAuthority(label: LabelFact): string | null {
  const who = label.actor ?? "somebody unknown";
  if (label.authority === undefined) return null;
  if (label.authority === null) return `whether ${who} was entitled when the override label was set is not known: set it again`;
  const { entitled, because, observedAt } = label.authority;
  if (!entitled) return `${who} was not entitled when the override label was set: ${because}`;
  const seenAfterMs = Date.parse(observedAt) - Date.parse(label.at);
  if (!(seenAfterMs <= OBSERVED_WITHIN_MS))
    return `the override label of ${who} was seen too late to tell who was entitled then: set it again`;
  return null;
}
