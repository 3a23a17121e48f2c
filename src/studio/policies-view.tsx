import type { ApproverEntry, Policy, Trigger } from "../engine/policy/model.ts";
import type { ReadStanding } from "../gate/read-standing.ts";
import { count, instant } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Hash, Layout } from "./layout.tsx";
import { SimulationResult, type Tried, TryForm } from "./simulation-view.tsx";
import { Cell, Table } from "./table.tsx";

/** What is in force where. */
export function PoliciesPage({ standings }: { standings: readonly ReadStanding[] }) {
  return (
    <Layout title="Policies" here="policies">
      <h1>Policies</h1>
      {standings.length === 0 && (
        <div class="empty">
          <p>No policy is in force anywhere.</p>
          <p>
            Add <code>.choochoo/approval-policies.yaml</code> to a repository by a pull request: <code>countersign init</code> writes one.
          </p>
        </div>
      )}
      {standings.map((standing) => (
        <Standing standing={standing} />
      ))}
    </Layout>
  );
}

/** One of them, and a form that tries another. */
export function PolicyPage(props: { standing: ReadStanding; token: string; simulation: Tried | null; refusal: string | null }) {
  const { standing, token, simulation, refusal } = props;
  const textOf = (kind: "policies" | "config") => standing.version.sources.find((source) => source.kind === kind)?.text ?? "";
  return (
    <Layout title={`Policy of ${visible(standing.repository)}`} here="policies">
      <p class="crumb">
        <a href="/policies">Policies</a>
      </p>
      <h1>{visible(standing.repository)}</h1>
      {refusal !== null && (
        <p class="refused" role="alert">
          {visible(refusal)}
        </p>
      )}
      {simulation !== null && <SimulationResult found={simulation.found} />}
      <TryForm
        repositoryId={standing.repositoryId}
        token={token}
        policies={simulation?.tried.policies ?? textOf("policies")}
        config={simulation?.tried.config ?? textOf("config")}
      />
      <Standing standing={standing} />
    </Layout>
  );
}

const HOW = {
  bootstrap: "proposed by pull request and approved by the owners",
  installed: "was on the default branch when it was first looked at",
  approved: "approved",
  overridden: "landed under an override",
} as const;

function Standing({ standing }: { standing: ReadStanding }) {
  const { repositoryId, repository, version, actorLogin, reading, unsatisfiable, incidents, isOrganisations, organisation } = standing;
  const isBad = reading.status === "invalid" || unsatisfiable !== null || incidents.length > 0;
  const by = actorLogin !== null ? ` by ${visible(actorLogin)}` : version.actorId !== null ? ` by account ${version.actorId}` : "";
  return (
    <section class={`card wide tone-${isBad ? "bad" : "next"}`}>
      <h2>
        <a href={`/policies/${repositoryId}`}>{visible(repository)}</a> <span class="pill">version {version.seq}</span>
        {isOrganisations && <span class="pill on">the organisation's</span>}
        {version.how === "overridden" && <span class="pill block">overridden</span>}
      </h2>
      <p class="quiet">
        {HOW[version.how]}
        {by}, {instant(version.at)}, at <Hash value={visible(version.commit)} />
        {organisation !== null && ` · under version ${organisation.version.seq} of ${visible(organisation.repository)}`}
      </p>
      {incidents.map(({ at, because }) => (
        <p>
          <span class="pill block">incident</span> {instant(at)}: {clip(visible(because), 300)}
        </p>
      ))}
      {unsatisfiable !== null && (
        <p>
          <span class="pill warning">nobody can fill it</span> version {unsatisfiable.version}, checked {instant(unsatisfiable.at)}:{" "}
          {unsatisfiable.problems.map((each) => clip(visible(each), 300)).join("; ")}
        </p>
      )}
      {reading.status === "invalid" ? (
        <ul class="sentences">
          {reading.problems.map(({ file, line, message }) => (
            <li>
              <code>{visible(file ?? "policy")}</code>
              {line === null ? "" : ` line ${line}`}: {clip(visible(message), 300)}
            </li>
          ))}
        </ul>
      ) : (
        <Policies policies={reading.set.policies} required={reading.set.config.governance.requireApproval} />
      )}
    </section>
  );
}

function Policies({ policies, required }: { policies: readonly Policy[]; required: readonly string[] }) {
  return (
    <>
      {policies.length === 0 ? (
        <p class="quiet">No policy is declared. The defaults hold: what is risky, or touches a tag below, is asked for all the same.</p>
      ) : (
        <Table columns={["Policy", "Mode", "From", "Matches", "Asks", "Within"]}>
          {policies.map((policy) => (
            <tr>
              <Cell name="Policy">
                <code>{clip(visible(policy.name), 120)}</code>
                {policy.description !== null && <span class="quiet block">{clip(visible(policy.description), 200)}</span>}
              </Cell>
              <Cell name="Mode">
                <span class={`pill ${policy.mode === "enforce" ? "on" : policy.mode === "warn" ? "warn" : ""}`}>{policy.mode}</span>
              </Cell>
              <Cell name="From">{policy.name.startsWith("org/") ? "organisation" : "repository"}</Cell>
              <Cell name="Matches">{triggerWords(policy.trigger).join("; ")}</Cell>
              <Cell name="Asks">{policy.approvers.map(askWords).join("; ") || "nobody"}</Cell>
              <Cell name="Within">{policy.slaHours === null ? "–" : `${policy.slaHours} h`}</Cell>
            </tr>
          ))}
        </Table>
      )}
      <p class="quiet">
        Tags that always require approval: {required.map((tag) => visible(tag)).join(", ") || "none"}.{" "}
        {count(policies.length, "policy", "policies")}.
      </p>
    </>
  );
}

function triggerWords({ tags, env, paths, findings, classification, agents, ignore }: Trigger): readonly string[] {
  const list = (name: string, values: readonly string[] | null) =>
    values === null ? [] : [`${name} ${clip(values.map((each) => visible(each)).join(" or "), 200)}`];
  const words = [
    ...list("tag", tags),
    ...list("environment", env),
    ...list("path", paths),
    ...list("finding", findings),
    ...(classification === null ? [] : [`class ${visible(classification)}`]),
    ...(agents === true ? ["made by an agent"] : []),
  ];
  const all = words.length === 0 ? ["any finding above info"] : words;
  return ignore.length === 0 ? all : [...all, `not for ${clip(ignore.map((each) => visible(each)).join(", "), 120)} alone`];
}

function askWords({ team, role, users, minApprovals }: ApproverEntry): string {
  const who = [team, role === null ? null : `role ${role}`, users.length === 0 ? null : users.join(", ")].filter((part) => part !== null);
  return `${minApprovals} of ${who.map((part) => visible(part)).join(", ")}`;
}
