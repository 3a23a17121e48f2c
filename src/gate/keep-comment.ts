import { digest } from "../engine/canonical.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { readableSet } from "../engine/policy/parse.ts";
import type { GateDeps } from "./deps.ts";
import type { Page, PullTruth } from "./ports.ts";

const MARKER = "countersign:summary";

/** The one comment that a repository may ask for: edited in place, found again by its id, or by its marker when that was never stored. */
export async function keepComment(
  deps: GateDeps,
  key: string,
  pull: PullTruth,
  decided: { readonly facts: Facts; readonly decision: Decision; readonly evaluationId: string },
): Promise<void> {
  const { facts, decision, evaluationId } = decided;
  if (!readableSet(facts.policy).config.check.comment) return;
  // What differs from one evaluation to the next and says nothing new is no reason to edit.
  const said = digest("countersign/comment/v1", { verdict: decision.verdict, tree: decision.tree, head: decision.head });
  const known = await deps.ledger.pullComment(key);
  if (known?.digest === said) return;
  const pages: readonly Page[] = [{ kind: "summary", decision, evaluationId }];
  const standing = known?.commentId ?? (await deps.conversation.findComment(pull, MARKER));
  const kept = standing !== null && (await deps.conversation.editComment(pull.repository, standing, pages, MARKER));
  const commentId = kept ? standing : await deps.conversation.comment(pull, pages, MARKER);
  await deps.ledger.setPullComment(key, commentId, said);
}
