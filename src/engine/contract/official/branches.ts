import type { SchemaError } from "./schemas.ts";

const CHOICES = new Set(["anyOf", "oneOf"]);
/** Told beside the errors that say what is wrong. */
const ECHOES = new Set(["if", "not", "propertyNames", "contains"]);

/**
 * Without the keys that only seem unknown. A part of a schema that fails takes back what it knew of the keys beside the failure: a key
 * that the schema names, beside or around another difference, is no news.
 */
export function withoutTakenBack(errors: readonly SchemaError[], known: () => readonly string[]): readonly SchemaError[] {
  const around = new Set<string>();
  for (const { keyword, instancePath } of errors)
    if (keyword !== "unevaluatedProperties")
      for (let path = instancePath; !around.has(path); path = path.slice(0, Math.max(path.lastIndexOf("/"), 0))) around.add(path);
  if (around.size === 0) return errors;
  const keys = new Set(known());
  return errors.filter(
    ({ keyword, instancePath, params }) =>
      keyword !== "unevaluatedProperties" || !around.has(instancePath) || !keys.has(String(params["unevaluatedProperty"])),
  );
}

/**
 * Without the noise of alternatives. The validator lists the errors of every branch before the choice itself; of those only the branch
 * that comes nearest is kept. When each branch fails at the same place for the same plain reason, the choice is told as one error.
 */
export function nearestBranches(errors: readonly SchemaError[]): readonly SchemaError[] {
  const kept: SchemaError[] = [];
  for (const error of errors) {
    if (!CHOICES.has(error.keyword)) {
      kept.push(error);
      continue;
    }
    let start = kept.length;
    while (start > 0 && isWithin(kept[start - 1]!.instancePath, error.instancePath)) start -= 1;
    const inside = kept.splice(start);
    kept.push(...nearest(error, inside));
  }
  const told = kept.filter((error) => !ECHOES.has(error.keyword));
  return distinct(told.length > 0 ? told : kept);
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

function nearest(choice: SchemaError, inside: readonly SchemaError[]): readonly SchemaError[] {
  const branches = [...Map.groupBy(inside, (error) => branchOf(choice, error)).values()];
  if (branches.length === 0) return [choice];
  const plain = branches.flatMap((branch) => {
    const [only] = branch.filter((error) => !ECHOES.has(error.keyword));
    return only !== undefined && branch.length === 1 && only.instancePath === choice.instancePath ? [only] : [];
  });
  const keywords = new Set(plain.map((error) => error.keyword));
  if (plain.length === branches.length && plain.length > 1 && keywords.size === 1) return [together(choice, plain)];
  // A branch that is wrong about the value itself is farther away than one that is wrong about something inside.
  const distance = (branch: readonly SchemaError[]) =>
    branch.length + (branch.some((error) => error.instancePath === choice.instancePath && isShape(error)) ? 1_000_000 : 0);
  return branches.reduce((best, branch) => (distance(branch) < distance(best) ? branch : best));
}

function isShape({ keyword }: SchemaError): boolean {
  return keyword === "type" || keyword === "const" || keyword === "enum";
}

/** Branches by number where they are written in place, by definition where they are referred to. */
function branchOf(choice: SchemaError, error: SchemaError): string {
  const own = error.schemaPath.startsWith(`${choice.schemaPath}/`);
  return own ? error.schemaPath.slice(choice.schemaPath.length + 1).split("/")[0]! : error.schemaPath.replace(/\/[^/]*$/, "");
}

/** `type` of string and of array is one error: neither. */
function together(choice: SchemaError, errors: readonly SchemaError[]): SchemaError {
  const [first] = errors as readonly [SchemaError];
  const all = (key: string) => [...new Set(errors.flatMap((error) => error.params[key] ?? []))];
  switch (first.keyword) {
    case "type":
      return { ...first, params: { type: all("type") } };
    case "required":
      return { ...choice, keyword: "required", params: { missingProperty: all("missingProperty") } };
    case "const":
    case "enum":
      return { ...first, keyword: "enum", params: { allowedValues: [...all("allowedValue"), ...all("allowedValues")] } };
    default:
      return first;
  }
}

function distinct(errors: readonly SchemaError[]): readonly SchemaError[] {
  const seen = new Set<string>();
  return errors.filter((error) => {
    const key = JSON.stringify([error.keyword, error.instancePath, error.params]);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
