import type { CommentFact, LabelFact } from "../engine/facts.ts";
import type { PullTruth, Receipt } from "../gate/ports/pulls.ts";
import { headAt, type PushHistory, secondOf } from "./pushes.ts";
import type { CommentEvent, LabelEvent } from "./timeline.ts";

/** What dates a label or a comment: signed deliveries first, then the push log and the retargets. */
export interface Dating {
  readonly pull: PullTruth;
  readonly receipts: readonly Receipt[];
  readonly pushes: PushHistory;
  readonly retargets: readonly { readonly at: string }[];
}

/** Labels with the head and base they were put on; null where that cannot be known, which gives no authority. */
export function labelFacts(events: readonly LabelEvent[], dating: Dating): readonly LabelFact[] {
  const receipts = dating.receipts.filter((receipt) => receipt.kind === "labeled");
  return events.map((event) => {
    const receipt = receiptOf(event, events, receipts);
    const logged = headAt(dating.pushes, event.at);
    const fact = {
      name: event.name,
      actor: event.actor,
      at: event.at,
      viaApp: event.viaApp ?? receipt?.viaApp ?? null,
      removedAt: event.removedAt,
      delivery: receipt?.subject ?? null,
    };
    if (receipt === null) {
      const renamed = wasRenamed(event, events, receipts);
      return { ...fact, headSha: renamed ? null : logged, baseRef: renamed ? null : baseAt(dating, event.at) };
    }
    // Two witnesses that disagree are none.
    const headSha = logged !== null && receipt.headSha !== logged ? null : receipt.headSha;
    return { ...fact, headSha, baseRef: receipt.baseRef };
  });
}

/** The delivery of this event: the same person, label and place in their order; none when one of them is missing. */
function receiptOf(event: LabelEvent, events: readonly LabelEvent[], receipts: readonly Receipt[]): Receipt | null {
  if (event.actorId === null) return null;
  const same = events.filter((other) => other.actorId === event.actorId && other.name === event.name);
  const delivered = receipts
    .filter((receipt) => receipt.actorId === event.actorId && receipt.detail === event.name)
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return same.length === delivered.length ? (delivered[same.indexOf(event)] ?? null) : null;
}

/** This person was seen putting on a label that the timeline now calls otherwise: it may be this one, renamed. */
function wasRenamed(event: LabelEvent, events: readonly LabelEvent[], receipts: readonly Receipt[]): boolean {
  const names = new Set(events.filter((other) => other.actorId === event.actorId).map((other) => other.name));
  return receipts.some((receipt) => receipt.actorId === event.actorId && !names.has(receipt.detail));
}

/** GitHub's timeline says when a base changed, not from what: known only since the last change. */
function baseAt(dating: Dating, at: string): string | null {
  return dating.retargets.some((retarget) => secondOf(retarget.at) >= secondOf(at)) ? null : dating.pull.baseRef;
}

/** Labels from signed deliveries alone, for servers without a timeline. */
export function labelsFromReceipts(receipts: readonly Receipt[]): readonly LabelFact[] {
  const ordered = receipts
    .filter((receipt) => receipt.kind === "labeled" || receipt.kind === "unlabeled")
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return ordered.flatMap((receipt, index) => {
    if (receipt.kind === "unlabeled") return [];
    const removed = ordered.slice(index + 1).find((later) => later.kind === "unlabeled" && later.detail === receipt.detail);
    const { actorLogin: actor, at, viaApp, headSha, baseRef } = receipt;
    return [{ name: receipt.detail, actor, at, viaApp, removedAt: removed?.at ?? null, headSha, baseRef, delivery: receipt.subject }];
  });
}

const COMMAND = "/countersign";

/**
 * Comments that hold a command, as they were first written: an edited body is taken from its signed delivery, or not at all.
 * Any other comment is nobody's business here.
 */
export function commentFacts(events: readonly CommentEvent[], dating: Dating): readonly CommentFact[] {
  return events.flatMap((event) => {
    const receipt = dating.receipts.find((each) => each.kind === "comment" && each.subject === String(event.id));
    const body = receipt?.detail ?? (event.edited ? null : event.body);
    if (body === null || !body.includes(COMMAND)) return [];
    return [
      { user: event.user, body, at: event.at, headSha: headAt(dating.pushes, event.at), viaApp: event.viaApp ?? receipt?.viaApp ?? null },
    ];
  });
}
