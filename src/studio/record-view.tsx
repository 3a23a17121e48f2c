import type { ApprovalRecord } from "../gate/ports.ts";
import { instant } from "../report/phrase.ts";
import { visible } from "../report/visible.ts";
import { Hash } from "./layout.tsx";

/** What was written down when the change landed. */
export function Record({ record }: { record: ApprovalRecord }) {
  const { approval, artifact, event } = record;
  return (
    <section class={`card record ${approval.kind}`}>
      <h2>
        GovernanceApproval <span class={`pill ${approval.kind === "forced" ? "block" : "on"}`}>{approval.kind}</span>
      </h2>
      <div class="grid">
        <Fact name="Approved by">
          {approval.approvedBy.map((person) => visible(person.login)).join(", ") ||
            (approval.kind === "forced" ? "nobody: it landed under an override" : "nobody: no approval was needed")}
        </Fact>
        <Fact name="Recorded">
          {instant(approval.approvedAt)}, version {approval.approvalVersion}, channel {approval.channel}
        </Fact>
        <Fact name="Approval">
          <Hash value={approval.id} />
        </Fact>
        {approval.mergeSha !== null && (
          <Fact name="Merge commit">
            <Hash value={approval.mergeSha} />
          </Fact>
        )}
        <Fact name="Artifact hash">
          <Hash value={artifact.compiledHash} />
        </Fact>
        <Fact name={`Audit event #${event.seq}, ${visible(event.type)}`}>
          <Hash value={event.hash} />
        </Fact>
        {approval.rationale !== null && <Fact name="Rationale">{visible(approval.rationale)}</Fact>}
        {approval.blockerIds.length > 0 && <Fact name="Blockers kept">{approval.blockerIds.map(visible).join(", ")}</Fact>}
      </div>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: unknown }) {
  return (
    <div>
      <span class="name">{name}</span>
      <span class="value">{children as string}</span>
    </div>
  );
}
