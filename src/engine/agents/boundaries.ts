import type { Finding } from "../contract/finding.ts";
import type { Vocabulary } from "../contract/vocabulary.ts";
import type { Environment } from "../policy/model.ts";
import { CAPABILITIES, capabilityOf } from "./capabilities.ts";
import type { AgentRegistration } from "./model.ts";
import { personalKey } from "./personal.ts";
import type { RecognisedAgent } from "./recognise.ts";
import { isOutside, scopesOf } from "./scopes.ts";

/** What a change does, as far as boundaries ask. */
export interface Action {
  /** Governed and governance files that change: an action even where nothing is found in them. */
  readonly files: readonly string[];
  /** Further paths of the change that some agent may not change. */
  readonly paths: readonly string[];
  readonly findings: readonly Finding[];
  readonly environment: Environment;
  readonly vocabulary: Vocabulary;
}

/** A boundary that an agent crossed: E007. */
export interface Violation {
  readonly agent: string;
  readonly boundary: BoundaryName;
  /** "touches customers.email, tagged pii" */
  readonly because: string;
  readonly file: string | null;
  readonly line: number | null;
}

type Crossing = Omit<Violation, "agent" | "boundary">;
type Rule = (agent: AgentRegistration, action: Action) => readonly Crossing[];

const SHOWN_MAX = 5;

/** Whatever an agent may cross; `requires-approval` asks for people and blocks nothing (decision.md section 8). */
export const BOUNDARY_RULES = {
  status: ({ status }) => (status === "active" ? [] : [crossing(`is ${status}`)]),
  "read-only": ({ boundaries }, { files }) =>
    boundaries.readOnly ? [{ ...crossing(`changes ${listed(files)}`), file: files[0] ?? null }] : [],
  "no-pii": ({ boundaries }, { findings, vocabulary }) =>
    boundaries.noPii
      ? atMost(findings, (finding) => {
          const key = personalKey(finding, vocabulary);
          return key === null ? null : `touches ${placeOf(finding)}, tagged ${key}`;
        })
      : [],
  "env-restricted": ({ boundaries, systemCard }, { environment }) =>
    [boundaries.environments, systemCard?.environments ?? null]
      .filter((allowed) => allowed !== null && !allowed.includes(environment))
      .slice(0, 1)
      .map((allowed) => crossing(`works in ${environment}, and may only in ${(allowed ?? []).join(", ")}`)),
  "scope-limited": (agent, { files, paths }) => {
    const scopes = scopesOf(agent);
    const outside = [...new Set([...files, ...paths])].filter((path) => isOutside(scopes, path));
    return outside.length === 0 ? [] : [{ ...crossing(`changes ${listed(outside)}, outside its scope`), file: outside[0]! }];
  },
  capabilities: ({ capabilities, systemCard }, { findings }) => {
    const lists = [capabilities, systemCard?.capabilities ?? null].filter((each) => each !== null);
    return atMost(findings, (finding) => {
      const needed = tagsNewThing(finding, findings) ? null : capabilityOf(finding.code);
      if (needed === null || lists.every((allowed) => needed !== undefined && allowed.includes(needed))) return null;
      const does = needed === undefined ? `does what no capability covers (${finding.code})` : `${CAPABILITIES[needed]} (\`${needed}\`)`;
      return `${does} at ${placeOf(finding)}, and its capabilities do not say so`;
    });
  },
} as const satisfies Record<string, Rule>;
export type BoundaryName = keyof typeof BOUNDARY_RULES;

/** Every boundary that the recognised agents cross; none when the change touches nothing governed. */
export function crossedBoundaries(agents: readonly RecognisedAgent[], action: Action): readonly Violation[] {
  if (action.files.length === 0) return [];
  return agents.flatMap(({ id, registration }) =>
    registration === null
      ? []
      : (Object.keys(BOUNDARY_RULES) as BoundaryName[]).flatMap((boundary) =>
          BOUNDARY_RULES[boundary](registration, action).map((each) => ({ agent: id, boundary, ...each })),
        ),
  );
}

/** The agent whose every action a person must approve; null = none. One that nobody registered, where others are, has no boundaries at all. */
export function approvalRequiredBy(agents: readonly RecognisedAgent[]): { readonly id: string; readonly because: string } | null {
  const bound = agents.find(({ registration }) => registration?.boundaries.requiresApproval === true);
  if (bound !== undefined) return { id: bound.id, because: `every action of ${bound.id} requires approval` };
  const stranger = agents.find(({ unregistered, automation }) => unregistered && !automation);
  return stranger === undefined ? null : { id: stranger.id, because: `${stranger.id} is not registered in AGENTS.md` };
}

const NEW = ["field.added", "object.added", "contract.added"];

/** Whoever may add a field may tag it: else adding it untagged would be the easier way. */
function tagsNewThing({ code, contract, object, field }: Finding, findings: readonly Finding[]): boolean {
  if (code !== "tag.added") return false;
  return findings.some(
    (each) =>
      NEW.includes(each.code) && each.contract === contract && [null, object].includes(each.object) && [null, field].includes(each.field),
  );
}

function atMost(findings: readonly Finding[], judge: (finding: Finding) => string | null): readonly Crossing[] {
  const crossings = findings.flatMap((finding): Crossing[] => {
    const because = judge(finding);
    return because === null ? [] : [{ because, file: finding.file, line: finding.line }];
  });
  const told = [...new Map(crossings.map((each) => [each.because, each])).values()];
  const more = told.length - SHOWN_MAX;
  return more <= 0 ? told : [...told.slice(0, SHOWN_MAX), crossing(`and so in ${more} more places`)];
}

function crossing(because: string): Crossing {
  return { because, file: null, line: null };
}

function listed(paths: readonly string[]): string {
  const more = paths.length - SHOWN_MAX;
  return `${paths.slice(0, SHOWN_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function placeOf({ object, field, contract }: Finding): string {
  return [object, field].filter((part) => part !== null).join(".") || contract;
}
