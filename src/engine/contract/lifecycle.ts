import type { Problem } from "../problem.ts";
import type { Contract } from "./model.ts";

/** The stages of a contract's life, first to last. */
export const STAGES = ["draft", "proposed", "active", "deprecated", "retired"] as const;
export type Stage = (typeof STAGES)[number];

/** Where a contract may go from each stage: one step on, back while nothing is in force yet, and out of a deprecation. Retired is the end. */
export const LEGAL_MOVES = {
  draft: ["proposed"],
  proposed: ["active", "draft"],
  active: ["deprecated"],
  deprecated: ["retired", "active"],
  retired: [],
} as const satisfies Readonly<Record<Stage, readonly Stage[]>>;

/** Words of other standards for the same stages. */
const SAME_STAGE: Readonly<Record<string, Stage>> = { current: "active", production: "active", inactive: "retired", development: "draft" };

/** A status as it is compared: the stage that it means, else its own word in small letters; null = none is said. */
export function stageWord(status: string | null): string | null {
  const word = status?.trim().toLowerCase() ?? null;
  return word !== null && Object.hasOwn(SAME_STAGE, word) ? SAME_STAGE[word]! : word;
}

function stageOf(status: string | null): Stage | null {
  const word = stageWord(status);
  return STAGES.find((stage) => stage === word) ?? null;
}

/** True where either side names no stage: nothing is known that it could break. */
export function isLegalMove(before: string | null, after: string | null): boolean {
  const [was, is] = [stageOf(before), stageOf(after)];
  if (was === null || is === null || was === is) return true;
  return (LEGAL_MOVES[was] as readonly Stage[]).includes(is);
}

type Aged = Pick<Contract, "key" | "file" | "status" | "pos">;

/** E009 for a contract, by its key, whose status goes where it may not. null = it may. */
export function illegalMove(before: Aged, after: Aged): Problem | null {
  if (before.key !== after.key || isLegalMove(before.status, after.status)) return null;
  const was = stageOf(before.status)!;
  const allowed =
    LEGAL_MOVES[was].length === 0
      ? "that is its end: a new contract takes its place"
      : `from ${was} it goes to ${LEGAL_MOVES[was].join(" or ")}`;
  return {
    code: "E009",
    message: `\`${after.key}\` goes from ${before.status} to ${after.status}, and may not`,
    file: after.file,
    line: after.pos.line,
    severity: "error",
    hint: allowed,
  };
}
