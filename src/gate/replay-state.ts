import { z } from "zod";
import { NO_COMMITS, type ReplayRow, type ReplayTotals, withRow } from "../engine/replay.ts";
import { replayTotalsSchema } from "../engine/replay-schema.ts";
import { Refusal } from "./ports.ts";
import { plannedCommit, plannedRows } from "./replay-history.ts";
import { digestOf, type ReplayPlan } from "./replay-plan.ts";

/** What must be the same for a replay to go on where it stopped. */
const inputsSchema = z.strictObject({
  version: z.string(),
  repository: z.string(),
  branch: z.string(),
  to: z.string(),
  from: z.string().nullable(),
  since: z.string().nullable(),
  walk: z.enum(["first-parent", "every-commit"]),
  limit: z.number().int().min(1).nullable(),
  lineage: z.boolean(),
  policy: z.string(),
  policyAtTip: z.string().nullable(),
});
const stateSchema = z.strictObject({
  schemaVersion: z.literal(1),
  inputs: inputsSchema,
  /** The instant that `since` meant when the replay began. */
  sinceInstant: z.string().nullable(),
  /** Commits that are finished, and the last of them. */
  done: z.number().int().min(0),
  last: z.string().nullable(),
  totals: replayTotalsSchema,
});

/** How far a replay has come: what a state file holds. */
export type ReplayState = Readonly<z.infer<typeof stateSchema>>;

/** Where a replay starts: at the beginning, or after what was done before. */
export interface ReplayStart {
  readonly done: number;
  readonly totals: ReplayTotals;
}

/** @throws Refusal when the text is no state of a replay. */
export function parseReplayState(text: string, file: string): ReplayState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const parsed = stateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Refusal("config", `${file} is no state of policy simulate`, "name a file that does not exist yet, or remove this one");
}

export function replayState(plan: ReplayPlan, version: string, { done, totals }: ReplayStart): ReplayState {
  return {
    schemaVersion: 1,
    inputs: inputsOf(plan, version),
    sinceInstant: plan.range.since,
    done,
    last: done === 0 ? null : plannedCommit(plan, done - 1),
    totals: { ...totals, states: { ...totals.states }, matched: [...totals.matched], asked: [...totals.asked] },
  };
}

/** @throws Refusal that says what differs, when the state is that of another replay. */
export function startOf(plan: ReplayPlan, version: string, state: ReplayState | null): ReplayStart {
  if (state === null) return { done: 0, totals: NO_COMMITS };
  const now = inputsOf(plan, version);
  const differing = (Object.keys(now) as (keyof typeof now)[]).filter((key) => now[key] !== state.inputs[key]);
  if (differing.length > 0) {
    const told = differing.map((key) => `${key} (${shown(state.inputs[key])} there, ${shown(now[key])} now)`);
    throw new Refusal("config", `the state file is of another replay: ${told.join(", ")}`, "name another file with --state");
  }
  const last = state.done === 0 ? null : plannedCommit(plan, state.done - 1);
  if (state.done > plannedRows(plan) || last !== state.last || state.totals.commits !== state.done)
    throw new Refusal("config", "the state file does not fit this history", "remove it, and begin again");
  return { done: state.done, totals: state.totals };
}

/** The start of what is left after one more row. */
export function startAfter({ done, totals }: ReplayStart, row: ReplayRow): ReplayStart {
  return { done: done + 1, totals: withRow(totals, row) };
}

function inputsOf(plan: ReplayPlan, version: string): ReplayState["inputs"] {
  const { request, range } = plan;
  return {
    version,
    repository: plan.repository,
    branch: plan.baseRef,
    to: range.to,
    from: range.from,
    since: request.since,
    walk: range.walk,
    limit: range.limit,
    lineage: request.lineage,
    policy: digestOf(plan.policy),
    policyAtTip: plan.atTip === null ? null : digestOf(plan.atTip),
  };
}

function shown(value: string | number | boolean | null): string {
  return value === null ? "none" : /^[0-9a-f]{40,}$/.test(String(value)) ? String(value).slice(0, 12) : `\`${value}\``;
}
