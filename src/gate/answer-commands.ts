import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { type CommandWord, commandsIn } from "../engine/policy/comment-command.ts";
import type { GateDeps } from "./deps.ts";
import type { Page, PullTruth, Reaction, Receipt } from "./ports.ts";

/** Older ones were somebody else's to answer: this server, before it could. */
const ANSWERED_FOR_MS = 24 * 3_600_000;
/** A storm of comments gets no storm of answers. */
const ANSWERS_AT_ONCE = 10;

interface Answer {
  readonly reaction: Reaction;
  /** Empty = the reaction says it all. */
  readonly pages: readonly Page[];
}

/** Answers every command in a comment of a person once, by what was just decided. What an override does, the decision says: a comment grants nothing here. */
export async function answerCommands(
  deps: GateDeps,
  key: string,
  pull: PullTruth,
  decided: { readonly facts: Facts; readonly decision: Decision },
): Promise<void> {
  const oldest = deps.clock.now().getTime() - ANSWERED_FOR_MS;
  const receipts = (await deps.ledger.receipts(pull.repository.id, pull.number)).filter(
    ({ kind, viaApp, actorId, at }) => kind === "comment" && viaApp === null && actorId !== null && Date.parse(at) >= oldest,
  );
  for (const receipt of receipts.slice(-ANSWERS_AT_ONCE)) {
    const commands = commandsIn(receipt.detail);
    if (commands.length > 0) await answer(deps, key, pull, receipt, answerTo(commands, receipt, decided));
  }
}

async function answer(deps: GateDeps, key: string, pull: PullTruth, { subject }: Receipt, { reaction, pages }: Answer): Promise<void> {
  const commentId = Number(subject);
  if (!Number.isSafeInteger(commentId)) return;
  const claim = await deps.ledger.claimCommand(key, commentId);
  if (claim === "answered") return;
  const marker = `countersign:answer:${commentId}`;
  await deps.conversation.react(pull.repository, commentId, reaction);
  // Taken up before, and whether it was answered is not known: looked for, since GitHub does not tell the same comment twice from two.
  const said = pages.length === 0 || (claim === "claimed" && (await deps.conversation.findComment(pull, marker)) !== null);
  if (!said) await deps.conversation.comment(pull, pages, marker);
  await deps.ledger.endCommand(key, commentId);
}

const STRENGTH: readonly Reaction[] = ["confused", "-1", "eyes", "+1"];

/** One reaction for the comment, the most worrying of its commands'; one reply with everything there is to say. */
function answerTo(
  commands: readonly (CommandWord | "unknown")[],
  receipt: Receipt,
  decided: { readonly facts: Facts; readonly decision: Decision },
): Answer {
  const answers = commands.map((command) => answerToOne(command, receipt, decided));
  const reaction = STRENGTH.find((one) => answers.some((each) => each.reaction === one)) ?? "eyes";
  return { reaction, pages: answers.flatMap(({ pages }) => pages) };
}

function answerToOne(
  command: CommandWord | "unknown",
  receipt: Receipt,
  { facts, decision }: { readonly facts: Facts; readonly decision: Decision },
): Answer {
  switch (command) {
    case "help":
      return { reaction: "+1", pages: [{ kind: "help", unknown: false }] };
    case "unknown":
      return { reaction: "confused", pages: [{ kind: "help", unknown: true }] };
    case "status":
      return { reaction: "+1", pages: [{ kind: "status", decision }] };
    case "explain":
      return { reaction: "+1", pages: [{ kind: "explain", decision }] };
    case "recheck":
      return { reaction: "eyes", pages: [] };
    case "override":
      if (decision.override?.byId === receipt.actorId) return { reaction: "+1", pages: [] };
      return overrideRefusal(decision);
    case "withdraw":
      return withdrawal(receipt, facts, decision);
  }
}

function overrideRefusal(decision: Decision): Answer {
  const notes = decision.overrideNotes;
  const because = decision.override !== null ? ["an override by somebody else stands already"] : notes;
  if (because.length > 0) return { reaction: "-1", pages: [{ kind: "refusal", command: "override", because: because }] };
  return {
    reaction: "eyes",
    pages: [{ kind: "refusal", command: "override", because: ["set the override label too: the reason alone overrides nothing"] }],
  };
}

function withdrawal(receipt: Receipt, facts: Facts, decision: Decision): Answer {
  const actor = facts.people?.actors.find(({ id }) => id === receipt.actorId)?.login;
  const had = facts.people?.labels.some((label) => label.actor !== null && label.actor === actor) ?? false;
  if (decision.override?.byId === receipt.actorId)
    return { reaction: "-1", pages: [{ kind: "refusal", command: "withdraw", because: ["the override stands still"] }] };
  return had
    ? { reaction: "+1", pages: [] }
    : { reaction: "confused", pages: [{ kind: "refusal", command: "withdraw", because: ["you have no override here"] }] };
}
