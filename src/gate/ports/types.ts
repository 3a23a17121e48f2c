import type { NAMED_ANYWHERE } from "../../engine/contract/type-places.ts";

/** Formats whose types have no import: a name may be defined in any file. */
export type NamedAnywhere = keyof typeof NAMED_ANYWHERE;

export interface DefiningFiles {
  /** Files that may define one of the names: too many rather than too few. */
  readonly paths: readonly string[];
  /** Names that could not be looked for. */
  readonly unknown: readonly string[];
}

/** Where types are defined. */
export interface TypeFinder {
  filesDefining(commit: string, format: NamedAnywhere, names: readonly string[]): Promise<DefiningFiles>;
}
