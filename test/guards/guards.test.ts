import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GUARDS } from "./guards.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** Rows of the threat list that have a test and no guard of ours behind it, and why. */
const WITHOUT_GUARD: Readonly<Record<string, string>> = {
  T13: "out of reach on GitHub: documented, and tested as what it is",
};

const THREATS = Array.from({ length: 69 }, (_, index) => `T${String(index + 1).padStart(2, "0")}`);
const NAMED = new Set(
  readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .flatMap((file) => [...read(join("test", file)).matchAll(/(?:test|it|describe)(?:\.each\([\s\S]*?\))?\(\s*["'`]([^"'`]*)/g)])
    .flatMap(([, name]) => name?.match(/\bT\d\d\b/g) ?? []),
);

describe("every threat", () => {
  test.each(THREATS)("%s has a test of that name, and a guard that the test would miss", (threat) => {
    expect(NAMED).toContain(threat);
    if (WITHOUT_GUARD[threat] === undefined) expect(GUARDS.map((guard) => guard.threat)).toContain(threat);
  });
});

describe("every guard stands where the table says", () => {
  test.each(GUARDS.map((guard) => [guard.threat, guard.file, guard] as const))("%s in %s", (_, file, guard) => {
    for (const piece of [guard, ...(guard.and === undefined ? [] : [guard.and])]) expect(read(file).split(piece.guard)).toHaveLength(2);
    expect(read(guard.test)).toContain(guard.named ?? guard.threat);
  });
});
