import { z } from "zod";
import { baseLines } from "../report/base-standing.ts";
import { visible } from "../report/visible.ts";
import { EXIT } from "./io.ts";
import type { Station } from "./station-client.ts";

const state = z.enum(["pending_approval", "approved", "rejected", "expired"]);

/** What this command reads of a submission; a newer server may say more. */
export const submission = z.object({
  id: z.string(),
  state,
  agent: z.string(),
  environment: z.string(),
  title: z.string().nullable(),
  version: z.number(),
  ready: z.boolean(),
  active: z.boolean(),
  url: z.string(),
  workspace_id: z.string(),
  snapshot_id: z.string(),
  pending_since: z.string(),
  expires_at: z.string().nullable(),
  decision: z.object({ state: z.string(), exit_code: z.number(), verdict: z.string() }),
  requirements: z.array(z.object({ id: z.string(), have: z.number(), need: z.number(), completers: z.array(z.string()) })),
  problems: z.array(z.object({ code: z.string(), severity: z.string(), message: z.string(), file: z.string().nullable() })),
  ended: z.object({ how: z.string(), reason: z.string().nullable() }).nullable(),
  approval: z.object({ id: z.string(), kind: z.string(), approved_by: z.array(z.string()), approved_at: z.string() }).nullable(),
  artifact_hash: z.string().nullable(),
  /** Absent: an older server, which holds it against nothing. */
  base: z
    .object({
      status: z.string(),
      because: z.string().nullable(),
      differences: z.array(
        z.object({ file: z.string(), object: z.string().nullable(), field: z.string().nullable(), message: z.string() }),
      ),
      more: z.number(),
    })
    .nullish(),
});
export type SubmissionView = z.infer<typeof submission>;

export const answer = z.object({ submission: submission.nullable() });
export const summaries = z.object({
  submissions: z.array(
    z.object({
      id: z.string(),
      state,
      agent: z.string(),
      environment: z.string(),
      title: z.string().nullable(),
      created_at: z.string(),
      ready: z.boolean(),
    }),
  ),
});

/** An id goes into an address: whatever else is typed stays inside its segment. */
export function pathOf(id: string): string {
  return `/api/v1/submissions/${encodeURIComponent(id)}`;
}

export function readSubmission(station: Station, id: string, signal?: AbortSignal): Promise<SubmissionView> {
  return station.request(submission, "GET", pathOf(id), undefined, signal);
}

/** What keeps it from ever being approved as it is, beside the decision: it does not begin from what was approved before. Null = nothing. */
export function movedBase({ state: now, base }: Pick<SubmissionView, "state" | "base">): readonly string[] | null {
  if (now !== "pending_approval" || base === null || base === undefined || base.status === "stands") return null;
  return baseLines(base);
}

/** 0 only for what is approved; while it is pending, what the decision says: 10, or 11 after somebody asked for changes, or what is invalid. */
export function exitCodeOf(view: SubmissionView): number {
  const { state: now, decision } = view;
  switch (now) {
    case "approved":
      return EXIT.success;
    case "rejected":
    case "expired":
      return EXIT.approvalRejected;
    case "pending_approval":
      if (decision.exit_code !== EXIT.success && decision.exit_code !== EXIT.approvalRequired) return decision.exit_code;
      return movedBase(view) === null ? EXIT.approvalRequired : EXIT.validation;
  }
}

/** One line: where it stands, and who is asked. */
export function standingOf(view: SubmissionView): string {
  const open = view.requirements.filter(({ have, need }) => have < need);
  const asked = open.map(({ id, have, need, completers }) => {
    const who = completers.length > 0 ? `: ${completers.join(" or ")}` : "";
    return `${id} (${have} of ${need}${who})`;
  });
  switch (view.state) {
    case "approved":
      return view.approval?.kind === "forced"
        ? "approved under an override"
        : `approved by ${view.approval?.approved_by.join(", ") || "nobody: no approval is asked for"}`;
    case "rejected":
      return `rejected${view.ended?.reason ? `: ${view.ended.reason}` : ""}`;
    case "expired":
      return "expired: nobody approved it in time; submit it again with --again";
    case "pending_approval":
      if (movedBase(view) !== null)
        return "it does not begin from what was approved before, and cannot be approved so: submit it again from the newest approved content";
      if (view.ready) return `ready since ${view.pending_since}: an approver runs \`countersign governance approve ${view.id}\``;
      return asked.length > 0 && view.decision.state === "pending_approval"
        ? `waiting since ${view.pending_since} for ${asked.join(", ")}`
        : view.decision.verdict;
  }
}

/** What standard output shows. */
export function submissionText(view: SubmissionView): string {
  const { id, url, agent, environment, version, state: now, artifact_hash, approval, problems } = view;
  const lines = [
    `submission ${id}`,
    `  state        ${now}`,
    `  workspace    ${agent}, ${environment}, version ${version}`,
    `  standing     ${standingOf(view)}`,
    ...problems
      .filter(({ severity }) => severity === "error")
      .map(({ code, file, message }) => `  problem      ${code} ${file ?? ""} ${message}`),
    ...(movedBase(view) ?? []).map((difference) => `  base         ${difference}`),
    ...(approval === null ? [] : [`  approval     ${approval.id}`]),
    ...(artifact_hash === null ? [] : [`  artifact     ${artifact_hash}`]),
    `  url          ${url}`,
  ];
  return lines.map((line) => `${visible(line).replaceAll("::", ": :")}\n`).join("");
}
