import { readdirSync, readFileSync } from "node:fs";
import type { Script } from "../script.ts";

/** A schedule that once broke an invariant, cut short; `without`: the guard of the ledger that it needs, null = one of the gate (test/guards). */
export interface Regression {
  readonly name: string;
  readonly without: string | null;
  readonly script: Script;
}

export const REGRESSIONS: readonly Regression[] = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => {
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    return { name: file.slice(0, -".json".length), ...(JSON.parse(text) as Omit<Regression, "name">) };
  });
