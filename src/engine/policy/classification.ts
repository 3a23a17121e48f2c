import { LEVELS, type Level } from "../contract/classes.ts";

export interface ClassificationTest {
  readonly operator: ">=" | ">" | "=";
  readonly level: Level;
}

/** `>=confidential`, `>confidential`, `=restricted` or a bare class; null = not understood. */
export function parseClassification(text: string): ClassificationTest | null {
  const parts = /^\s*(>=|>|=)?\s*([a-z]+)\s*$/i.exec(text);
  const level = LEVELS.find((each) => each === parts?.[2]?.toLowerCase());
  if (parts === null || level === undefined) return null;
  const operator = parts[1] === ">=" || parts[1] === ">" ? parts[1] : "=";
  return operator === ">" && level === "restricted" ? null : { operator, level };
}

/** Each key as the highest level that it is at least, where it is one. */
export function levelled(keys: readonly string[], impliedBy: (key: string) => ReadonlySet<string>): readonly string[] {
  return keys.map((key) => LEVELS.findLast((level) => level === key || impliedBy(key).has(level)) ?? key);
}

/** Does any of these keys meet the test? Keys without a level never do; the caller treats unknown classes as meeting it. */
export function meetsClassification(test: ClassificationTest, keys: readonly string[]): boolean {
  const wanted = LEVELS.indexOf(test.level);
  return keys.some((key) => {
    const level = (LEVELS as readonly string[]).indexOf(key);
    if (level < 0) return false;
    if (test.operator === "=") return level === wanted;
    return test.operator === ">" ? level > wanted : level >= wanted;
  });
}
