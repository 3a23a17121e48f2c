import { type BaseDifference, differenceText } from "../engine/base-standing.ts";

/** A base that is not what was approved before, as the API tells it. */
interface ToldBase {
  readonly because: string | null;
  readonly differences: readonly Omit<BaseDifference, "lost">[];
  readonly more: number;
}

const DIFFERENCES_SHOWN = 20;

/** One line for each difference. Plain text; whoever shows it escapes. */
export function baseLines({ because, differences, more }: ToldBase): readonly string[] {
  const told = differences.slice(0, DIFFERENCES_SHOWN).map(differenceText);
  const rest = differences.length - told.length + more;
  return [...(because === null ? [] : [because]), ...told, ...(rest > 0 ? [`and ${rest} more`] : [])];
}
