import type { Decision, Requirement } from "../engine/decision.ts";
import { isFilled, missing, requirementName } from "../report/approvals.ts";
import { instant, sentence } from "../report/phrase.ts";
import { visible } from "../report/visible.ts";
import { Say, StatusMark } from "./layout.tsx";

const BECAUSE_SHOWN = 10;

/** Who is needed, who counted, who was refused and why. */
export function Approvals({ decision, requirements }: { decision: Decision; requirements: readonly Requirement[] }) {
  if (requirements.length === 0 && decision.refused.length === 0) return null;
  return (
    <section class="card">
      <h2>Approvals</h2>
      {requirements.map((requirement) => (
        <article class="requirement">
          <header>
            <StatusMark status={isFilled(requirement) ? "pass" : "pending"} />
            <h3>
              <Say phrase={requirementName(requirement)} />
            </h3>
            <span class="have">
              {requirement.have} of {requirement.minApprovals}
            </span>
          </header>
          <p class="quiet">for {requirement.source.map(visible).join(", ")}</p>
          {(requirement.because ?? []).slice(0, BECAUSE_SHOWN).map((each) => (
            <p class="quiet">
              <Say phrase={sentence(each)} />
            </p>
          ))}
          <ul class="people">
            {requirement.approvals.map((approval) => (
              <li>
                <StatusMark status="pass" />
                <span>
                  <strong>{visible(approval.user)}</strong> counts, approved {instant(approval.submittedAt)}
                </span>
              </li>
            ))}
            {!isFilled(requirement) && (
              <li>
                <StatusMark status="pending" />
                <span>
                  Missing: <Say phrase={missing(requirement, decision)} />
                </span>
              </li>
            )}
            <Refused refused={requirement.refused} />
          </ul>
        </article>
      ))}
      {decision.refused.length > 0 && (
        <article class="requirement">
          <header>
            <h3>Counts for nothing</h3>
          </header>
          <ul class="people">
            <Refused refused={decision.refused} />
          </ul>
        </article>
      )}
    </section>
  );
}

function Refused({ refused }: { refused: Requirement["refused"] }) {
  return (
    <>
      {refused.map((each) => (
        <li>
          <StatusMark status="rejected" />
          <span>
            <strong>{visible(each.user)}</strong> does not count: <Say phrase={sentence(each.because)} />
          </span>
        </li>
      ))}
    </>
  );
}
