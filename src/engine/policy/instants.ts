/** GitHub's clock and ours differ: an event may seem to come from this far ahead. */
const CLOCK_MARGIN_MS = 60_000;

/** True for an event that a decision made at `asOf` cannot have seen: it never helps. */
export function isAfterDecision(at: string, asOf: string): boolean {
  return Date.parse(at) > Date.parse(asOf) + CLOCK_MARGIN_MS;
}
