import { SIMULATED_MAX, type Simulation } from "../gate/simulate-policy.ts";
import { count, sentence } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Say } from "./layout.tsx";
import { STATE_WORDS } from "./state.tsx";
import { Cell, Table } from "./table.tsx";

export interface Tried {
  readonly tried: { readonly policies: string; readonly config: string | null };
  readonly found: Simulation;
}

export function TryForm(given: { repositoryId: number; token: string; policies: string; config: string }) {
  const { repositoryId, token, policies, config } = given;
  return (
    <section class="card acts">
      <h2>Try another policy</h2>
      <p class="quiet">
        It is held against the facts that were stored with the newest decisions, at most {SIMULATED_MAX}: open pull requests first. Nothing
        is written, and nobody is asked.
      </p>
      <form method="post" action={`/policies/${repositoryId}`}>
        <input type="hidden" name="token" value={token} />
        <label for="policies">
          <code>.choochoo/approval-policies.yaml</code>
        </label>
        <textarea id="policies" name="policies" rows={14} spellcheck={false} class="source" required>
          {`\n${policies}`}
        </textarea>
        <label for="config">
          <code>.choochoorc</code>, empty = as it is in force
        </label>
        <textarea id="config" name="config" rows={6} spellcheck={false} class="source">
          {`\n${config}`}
        </textarea>
        <div class="row">
          <button type="submit" class="go">
            Show what would change
          </button>
        </div>
      </form>
    </section>
  );
}

export function SimulationResult({ found }: { found: Simulation }) {
  if (found.status === "unknown_repository") return null;
  if (found.status === "invalid")
    return (
      <section class="card tone-bad" role="alert">
        <h2>This policy would not come into force</h2>
        <ul class="sentences">
          {found.problems.map(({ file, line, message, hint }) => (
            <li>
              <code>{visible(file ?? "policy")}</code>
              {line === null ? "" : ` line ${line}`}: <Say phrase={sentence(message)} />
              {hint === undefined ? "" : ` (${clip(visible(hint), 240)})`}
            </li>
          ))}
        </ul>
      </section>
    );
  const { changed, looked, undecided, unknownTeams, warnings } = found;
  return (
    <section class="card wide tone-next" role="status">
      <h2>
        What would change <span class="number">{changed.length}</span> <span class="pill">SIMULATED</span>
      </h2>
      <p>
        {looked === 0
          ? "No pull request of this repository has been decided yet, so there is nothing to try it on."
          : `${changed.length} of ${count(looked, "pull request")} would be decided differently.`}
        {undecided > 0 && ` ${count(undecided, "pull request")} could not be decided then, and ${undecided === 1 ? "is" : "are"} left out.`}
      </p>
      {unknownTeams.length > 0 && (
        <p class="note-warning">
          <span class="pill warning">unknown</span> No stored facts tell who is in {unknownTeams.map((team) => visible(team)).join(", ")}:
          what asks them reads as invalid here.
        </p>
      )}
      {warnings.map(({ message }) => (
        <p class="note-warning">
          <span class="pill warning">warning</span> <Say phrase={sentence(message)} />
        </p>
      ))}
      {changed.length > 0 && (
        <Table columns={["Pull request", "Decided", "Would be", "Because"]}>
          {changed.map(({ evaluationId, pullRequest, title, open, from, to, verdict }) => (
            <tr>
              <Cell name="Pull request">
                <a href={`/evaluations/${encodeURIComponent(evaluationId)}`}>
                  #{pullRequest ?? "?"} {clip(visible(title ?? "Untitled change"), 120)}
                </a>
                {!open && <span class="quiet block">closed</span>}
              </Cell>
              <Cell name="Decided">{STATE_WORDS[from]}</Cell>
              <Cell name="Would be">
                <strong>{STATE_WORDS[to]}</strong>
              </Cell>
              <Cell name="Because">
                <Say phrase={sentence(verdict, 240)} />
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
