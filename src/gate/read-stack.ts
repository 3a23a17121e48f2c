import type { Facts, Subject } from "../engine/facts.ts";
import { environmentOf } from "../engine/policy/environment.ts";
import { stricterEnvironment } from "../engine/policy/environment-words.ts";
import type { Config } from "../engine/policy/model.ts";
import type { StackFacts } from "../engine/side-facts.ts";
import type { GatherDeps } from "./deps.ts";
import type { PullRequests, PullTruth } from "./ports.ts";
import { TruthError } from "./ports.ts";

const LAYERS_MAX = 20;

interface Base {
  readonly ref: string;
  readonly sha: string;
  readonly protected: boolean;
}

/** Where a stack leads. */
export interface Stack {
  readonly base: Base;
  readonly facts: StackFacts;
}

/**
 * The base that a pull request is governed by when its own maps to nothing: that of the open pull request whose head its base is, or of
 * the one below that; and of the stack that GitHub says it is in. Where several lead on, the strictest. A base that is governed itself is
 * never traded for another. null = no stack that leads to a governed base. @throws TruthError
 */
export async function readStack({ pulls }: GatherDeps, pull: PullTruth, tip: Omit<Base, "ref">, config: Config): Promise<Stack | null> {
  if (environmentAt(pull, { ref: pull.baseRef, ...tip }, config) !== null) return null;
  const layers: PullTruth[] = [];
  const ends = new Map<string, Base>();
  const refs = [pull.baseRef];
  const seen = new Set([pull.number]);
  for (let ref = refs.shift(); ref !== undefined; ref = refs.shift()) {
    for (const number of await pulls.pullsFromBranch(pull.repository, ref)) {
      if (seen.has(number)) continue;
      seen.add(number);
      if (layers.length === LAYERS_MAX) throw tooDeep(pull);
      const layer = await pulls.read({ repository: pull.repository, number });
      if (layer.state === "closed") continue;
      layers.push(layer);
      const end = await governedBranch(pulls, pull, layer.baseRef, config);
      if (end === null) refs.push(layer.baseRef);
      else ends.set(end.ref, end);
    }
  }
  const told = pull.stackBase ?? null;
  const named = told === null ? null : await governedBranch(pulls, pull, told, config);
  if (named !== null) ends.set(named.ref, named);
  const base = strictest(pull, [...ends.values()], config);
  if (base === null) return null;
  const facts: StackFacts = {
    baseRef: pull.baseRef,
    baseSha: tip.sha,
    layers: layers.map(({ number, baseRef, headSha, author }) => ({ number, baseRef, headSha, author: author?.login ?? null })),
  };
  return { base, facts };
}

/** The part of the subject that a stack decides. */
export function placeIn(stack: Stack | null): Partial<Subject> {
  return stack === null ? {} : { baseRef: stack.base.ref, stack: stack.facts };
}

/** The layers below are what they were when the facts were read. */
export async function stackStillStands({ pulls }: GatherDeps, pull: PullTruth, facts: Facts): Promise<boolean> {
  for (const layer of facts.subject.stack?.layers ?? []) {
    const now = await pulls.lookAgain({ repository: pull.repository, number: layer.number }, false);
    if (now.state !== "open" || now.headSha !== layer.headSha || now.baseRef !== layer.baseRef) return false;
  }
  return true;
}

async function governedBranch(pulls: PullRequests, pull: PullTruth, ref: string, config: Config): Promise<Base | null> {
  const tip = await pulls.branch(pull.repository, ref);
  if (tip === null) return null;
  const base = { ref, ...tip };
  return environmentAt(pull, base, config) === null ? null : base;
}

function environmentAt(pull: PullTruth, base: Base, config: Config) {
  const subject: Pick<Subject, "baseRef" | "defaultBranch" | "baseProtected" | "environment"> = {
    baseRef: base.ref,
    defaultBranch: pull.repository.defaultBranch,
    baseProtected: base.protected,
    environment: null,
  };
  return environmentOf(subject, config, []);
}

/** Of equally strict ones the default branch, then the first by name: the same for everybody who asks. */
function strictest(pull: PullTruth, bases: readonly Base[], config: Config): Base | null {
  const first = ({ ref }: Base) => `${ref === pull.repository.defaultBranch ? 0 : 1}${ref}`;
  const environment = (base: Base) => environmentAt(pull, base, config)!.environment;
  const [head, ...others] = [...bases].sort((left, right) => (first(left) < first(right) ? -1 : 1));
  if (head === undefined) return null;
  return others.reduce((best, base) => {
    const [held, offered] = [environment(best), environment(base)];
    return offered !== held && stricterEnvironment(held, offered) === offered ? base : best;
  }, head);
}

function tooDeep({ number }: PullTruth): TruthError {
  return new TruthError(`stack of #${number}`, "network", `the stack of #${number} holds more than ${LAYERS_MAX} pull requests`);
}
