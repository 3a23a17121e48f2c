import type { Decision } from "../engine/decision.ts";
import type { ApprovalRecord, StoredEvaluation } from "../gate/ports.ts";
import { changeRows } from "../report/changes.ts";
import { type AskedSince, overridePhrase, problemPhrase } from "../report/next-steps.ts";
import { instant, type Phrase } from "../report/phrase.ts";
import { viewOf } from "../report/view.ts";
import { visible } from "../report/visible.ts";
import { Approvals } from "./approvals-view.tsx";
import { Changes } from "./changes-view.tsx";
import { Hash, Layout, Say } from "./layout.tsx";
import { Record } from "./record-view.tsx";
import { Policies, Risk } from "./risk-view.tsx";
import { STATE_WORDS, StateSymbol } from "./state.tsx";
import { DecisionTree } from "./tree-view.tsx";

export interface GateView {
  readonly evaluation: StoredEvaluation;
  /** A newer evaluation of the same pull request: this page is history. */
  readonly newerId: string | null;
  /** After the merge. */
  readonly record: ApprovalRecord | null;
  /** Since when its requirements have been asked for; of the newest evaluation. */
  readonly asked: AskedSince;
}

/** Everything about one decision, the verdict first. */
export function GatePage({ evaluation, newerId, record, asked }: GateView) {
  const { decision, facts } = evaluation;
  const { subject } = facts;
  const view = viewOf(decision, null, asked);
  const name = subject.pullRequest === null ? subject.repository : `${subject.repository} #${subject.pullRequest}`;
  return (
    <Layout title={visible(name)} here="pulls">
      {newerId !== null && (
        <p class="notice">
          This is an older evaluation. <a href={`/evaluations/${encodeURIComponent(newerId)}`}>Open the newest one</a>.
        </p>
      )}
      <p class="crumb">
        {visible(name)}
        <span>
          {visible(subject.author ?? "unknown author")} → <code>{visible(subject.baseRef)}</code>
          {decision.environment !== null && <span class={`chip env ${decision.environment}`}>{decision.environment}</span>}
          {decision.agent !== null && <span class="chip">agent {visible(decision.agent)}</span>}
        </span>
      </p>
      <h1>{visible(subject.title ?? "Untitled change")}</h1>
      <section class={`verdict ${decision.state}`} aria-label="Verdict">
        <StateSymbol state={decision.state} />
        <div>
          <p class="state">{record === null ? STATE_WORDS[decision.state] : `${STATE_WORDS[decision.state]} · merged`}</p>
          <p class="line">
            <Say phrase={view.verdict} />
          </p>
          <p>
            <Say phrase={view.headline} />
          </p>
          {decision.simulated && <p class="simulated">SIMULATED: flags stood in for facts.</p>}
        </div>
      </section>
      {record !== null && <Record record={record} />}
      <div class="columns">
        <div class="primary">
          <Override decision={decision} />
          <List title="Problems" tone="bad" items={decision.problems.map(problemPhrase)} />
          {record === null && <List title="What to do next" tone="next" items={view.steps} />}
          <Changes rows={changeRows(decision, null)} />
          <Approvals decision={decision} requirements={view.requirements} />
          <DecisionTree root={decision.tree} />
        </div>
        <div class="secondary">
          {decision.state !== "error" && <Risk decision={decision} />}
          <Policies policies={view.policies} />
          <Machines evaluation={evaluation} />
        </div>
      </div>
    </Layout>
  );
}

function Override({ decision }: { decision: Decision }) {
  const phrase = overridePhrase(decision);
  if (phrase === null || decision.override === null) return null;
  return (
    <section class="card tone-override">
      <h2>Override</h2>
      <p>
        <Say phrase={phrase} />
      </p>
      <p class="quiet">
        Ends {instant(decision.override.expiresAt)} · post-hoc review due {instant(decision.override.postHocReviewDue)}
      </p>
    </section>
  );
}

function List({ title, tone, items }: { title: string; tone: string; items: readonly Phrase[] }) {
  if (items.length === 0) return null;
  return (
    <section class={`card tone-${tone}`}>
      <h2>{title}</h2>
      <ul class="sentences">
        {items.slice(0, 50).map((item) => (
          <li>
            <Say phrase={item} />
          </li>
        ))}
        {items.length > 50 && <li>and {items.length - 50} more</li>}
      </ul>
    </section>
  );
}

function Machines({ evaluation }: { evaluation: StoredEvaluation }) {
  const { decision } = evaluation;
  const facts: readonly (readonly [string, string | null])[] = [
    ["Evaluation", evaluation.id],
    ["Head", decision.head],
    ["Base", decision.base],
    ["Policy read at", decision.policyCommit],
    ["Facts", decision.digests.facts],
    ["Policy", decision.digests.policy],
    ["Findings", decision.digests.findings],
    ["Content", decision.digests.content],
  ];
  return (
    <section class="card">
      <h2>For machines</h2>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <>
                <dt>{name}</dt>
                <dd>
                  <Hash value={visible(value)} />
                </dd>
              </>
            ),
        )}
      </dl>
      <p class="quiet">
        Evaluated {instant(evaluation.createdAt)}, version {evaluation.version} ·{" "}
        <a href={`/api/v1/decisions/${encodeURIComponent(evaluation.id)}`}>as JSON</a>
      </p>
    </section>
  );
}
