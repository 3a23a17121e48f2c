import type { ApprovalPreview, PlanState } from "./ports.ts";

/** What approving would enforce, one sentence each, before anybody does it. */
export function consequencesOf(
  { workspace, draft, approvalVersion, compiled, refusal }: ApprovalPreview,
  plan: PlanState | null,
): readonly string[] {
  // What is approved, or ended, is not approved again.
  if (compiled === null || (draft !== null && draft.status !== "open")) return [];
  const fields = compiled.contracts.flatMap(({ objects }) => objects.flatMap((object) => object.fields));
  const tagged = fields.filter(({ tags }) => tags.length > 0);
  const tags = [...new Set(tagged.flatMap((field) => field.tags))].sort();
  const begin = refusal === null ? "Approval" : "Once nothing stands against it, approval";
  const contracts = compiled.contracts.length === 1 ? "1 contract" : `${compiled.contracts.length} contracts`;
  return [
    `${begin} ${approvalVersion} of ${workspace.agent} in ${workspace.environment} is written and can never be changed.`,
    `Its artifact holds ${contracts} with ${fields.length} fields, ${tagged.length} of them tagged${tags.length === 0 ? "" : ` (${tags.join(", ")})`}; hash ${compiled.compiledHash}.`,
    ENFORCED[workspace.environment] ?? "Runtimes treat this environment as production: what breaks the artifact is blocked.",
    plan?.compiledHash === compiled.compiledHash
      ? `The plan (${plan.status}) holds this artifact already.`
      : `Runtimes see nothing of it until it is promoted: ${plan === null ? "there is no plan" : `the plan is ${plan.status}`} now.`,
  ];
}

const ENFORCED: Readonly<Record<string, string>> = {
  development: "Runtimes in development monitor: they report what breaks the artifact, and block nothing.",
  staging: "Runtimes in staging protect: what breaks it on governed fields is blocked, compatibility is advice.",
  production: "Runtimes in production govern: whatever breaks it is blocked.",
};
