import type { Governance } from "./attach.ts";
import type { GovernanceSession, GovernedField } from "./session.ts";

/** What a piece of code is about to touch. */
export interface Access {
  /** Name of the object (table, model, message), as in the contract; case does not matter. */
  readonly object: string;
  /** Paths, nested names joined by dots; `*` = all fields. */
  readonly fields: readonly string[];
  /** File or key of the contract, where several have an object of this name. Default: all of them. */
  readonly contract?: string;
  /** Tags that this code may touch, e.g. `["pii"]`. Default: none. */
  readonly permits?: readonly string[];
  /** Path -> the masking that this code applies, as the contract words it. */
  readonly masks?: Readonly<Record<string, string>>;
}

export interface AccessProblem {
  /** `not_attached`: there is no plan to go by. */
  readonly code: "tag_not_permitted" | "not_masked" | "unknown_object" | "unknown_field" | "not_attached";
  readonly object: string;
  readonly field: string | null;
  /** Of the governed field. */
  readonly tags: readonly string[];
  readonly message: string;
}

export interface AccessVerdict {
  /** The access must not happen. */
  readonly blocked: boolean;
  /** On governed fields. */
  readonly violations: readonly AccessProblem[];
  /** What the plan does not know: it stops only where the mode is govern. */
  readonly compatibility: readonly AccessProblem[];
}

/**
 * Holds an access against the plan. A field that holds others is all of them, and a part of a governed field is governed. Without a plan
 * the access is blocked where `governance.blocking` says so.
 */
export function evaluateAccess(governance: Governance, access: Access): AccessVerdict {
  if (governance.attachment !== "attached") {
    const { blocking, because } = governance;
    const violation: AccessProblem = { code: "not_attached", object: access.object, field: null, tags: [], message: because };
    return { blocked: blocking, violations: [violation], compatibility: [] };
  }
  const { mode, session } = governance;
  const problems = problemsOf(session, access);
  const compatibility = problems.filter(({ code }) => code === "unknown_object" || code === "unknown_field");
  const violations = problems.filter((problem) => !compatibility.includes(problem));
  const blocked = mode !== "monitor" && (violations.length > 0 || (mode === "govern" && compatibility.length > 0));
  return { blocked, violations, compatibility };
}

/** The paths of a record, for `Access.fields`; the items of an array are its own. */
export function fieldsOf(record: Readonly<Record<string, unknown>>): readonly string[] {
  const paths = new Set<string>();
  const visit = (value: unknown, path: string): void => {
    if (path !== "") paths.add(path);
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) for (const item of value) visit(item, path);
    else for (const [key, each] of Object.entries(value)) visit(each, path === "" ? key : `${path}.${key}`);
  };
  visit(record, "");
  return [...paths];
}

function problemsOf({ runtime_projection }: GovernanceSession, access: Access): readonly AccessProblem[] {
  const { object, contract } = access;
  const contracts = runtime_projection.contracts.filter(({ file, key }) => contract === undefined || contract === file || contract === key);
  const objects = contracts.flatMap((each) => each.objects).filter(({ name }) => isSame(name, object));
  if (objects.length === 0)
    return [{ code: "unknown_object", object, field: null, tags: [], message: `the plan knows no object ${object}` }];
  const known = objects.flatMap(({ fields, tags }) => fields.map((field) => ({ ...field, tags: [...new Set([...tags, ...field.tags])] })));
  return access.fields.flatMap((wanted): readonly AccessProblem[] => {
    const touched = known.filter(({ path }) => wanted === "*" || touches(wanted, path));
    if (touched.length === 0 && wanted !== "*")
      return [{ code: "unknown_field", object, field: wanted, tags: [], message: `the plan knows no field ${object}.${wanted}` }];
    return touched.flatMap((field) => violationsOf(field, access));
  });
}

function violationsOf({ path, tags, masking }: GovernedField, access: Access): readonly AccessProblem[] {
  const { object, permits = [], masks = {} } = access;
  const place = { object, field: path, tags };
  const problems: AccessProblem[] = [];
  const foreign = tags.filter((tag) => !permits.includes(tag));
  if (foreign.length > 0)
    problems.push({
      code: "tag_not_permitted",
      ...place,
      message: `${object}.${path} is ${foreign.join(", ")}, which is not permitted here`,
    });
  const applied = Object.entries(masks).find(([at]) => isSame(at, path))?.[1];
  if (masking !== null && applied !== masking)
    problems.push({ code: "not_masked", ...place, message: `${object}.${path} must be masked: ${masking}` });
  return problems;
}

/** One is the other, or holds it. */
function touches(left: string, right: string): boolean {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
