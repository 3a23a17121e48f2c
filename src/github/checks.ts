import type { z } from "zod";
import type { CheckRunState, Checks, PublishCheck } from "../gate/ports/checks.ts";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { Annotation } from "../report/annotations.ts";
import { renderCheckRun } from "../report/check-run.ts";
import { PER_PAGE, readRuns } from "./check-lists.ts";
import type { GitHubApp } from "./client.ts";
import { readForeignChecks } from "./foreign-checks.ts";
import * as schemas from "./schemas.ts";

/** GitHub takes 50 annotations in one request and adds those of each update. */
const ANNOTATIONS_AT_ONCE = 50;

type CheckRun = z.infer<typeof schemas.checkRun>;

export interface ChecksOptions {
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: string;
  /** Told when annotations could not be added; the verdict stands. */
  readonly onAnnotationFailure?: (error: unknown, check: { readonly runId: number; readonly name: string }) => void;
}

/** Check runs of one GitHub App. The request that carries the verdict goes first and decides the outcome of the call. */
export function createChecks(app: GitHubApp, options: ChecksOptions): Checks {
  const publicUrl = options.publicUrl.replace(/\/+$/, "");
  /** Runs that this process made: how to know them on servers whose answers name no app. */
  const made = new Set<number>();

  function stateOf(run: CheckRun): CheckRunState {
    return {
      id: run.id,
      name: run.name,
      headSha: run.head_sha,
      externalId: run.external_id ?? "",
      status: run.status,
      conclusion: run.conclusion,
    };
  }

  async function write(repository: RepositoryRef, id: number | null, check: PublishCheck): Promise<CheckRunState> {
    const detailsUrl = `${publicUrl}/evaluations/${check.externalId}`;
    const page = renderCheckRun(check.decision, {
      ...{ policy: check.policy, evaluationId: check.externalId, detailsUrl },
      asked: check.asked ?? {},
    });
    const output = { title: page.title, summary: page.summary, ...(page.text === null ? {} : { text: page.text }) };
    const verdict = {
      name: check.name,
      external_id: check.externalId,
      details_url: detailsUrl,
      ...(check.conclusion === null ? { status: "in_progress" } : { status: "completed", conclusion: check.conclusion }),
      actions: page.actions,
      output,
    };
    const place = { owner: repository.owner, repo: repository.name };
    const call = { installationId: repository.installationId, what: `check ${check.name}` };
    const update = (runId: number, parameters: object) =>
      app.request(
        {
          ...call,
          route: "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
          parameters: { ...place, check_run_id: runId, ...parameters },
        },
        schemas.checkRun,
      );
    const create = (annotations: readonly object[]) =>
      app.request(
        {
          ...call,
          route: "POST /repos/{owner}/{repo}/check-runs",
          parameters: { ...place, head_sha: check.headSha, ...verdict, output: { ...output, annotations } },
        },
        schemas.checkRun,
      );
    const all = batches(page.annotations);

    async function createWithFirst() {
      const first = all.shift() ?? [];
      try {
        return await create(first);
      } catch (error) {
        // Refused as a whole, perhaps for what it points at: the verdict alone must still be shown.
        if (first.length === 0 || !(error instanceof TruthError) || error.kind !== "bug") throw error;
        all.length = 0;
        const answer = await create([]);
        options.onAnnotationFailure?.(error, { runId: answer.data.id, name: check.name });
        return answer;
      }
    }

    const { data: run } = await (id === null ? createWithFirst() : update(id, verdict));
    if (run.name !== check.name || run.head_sha !== check.headSha) {
      throw new TruthError(
        call.what,
        "network",
        `${call.what}: GitHub answered for another run (${run.name} on ${run.head_sha.slice(0, 12)})`,
      );
    }
    made.add(run.id);
    // Annotations pile up with every update, so they are sent once per run. Without status and conclusion: a late one cannot flip a verdict.
    if (id === null || run.output.annotations_count === 0) {
      try {
        for (const annotations of all) await update(run.id, { output: { ...output, annotations } });
      } catch (error) {
        options.onAnnotationFailure?.(error, { runId: run.id, name: check.name });
      }
    }
    return stateOf(run);
  }

  return {
    create: (repository, check) => write(repository, null, check),
    update: (repository, id, check) => write(repository, id, check),
    others: (repository, headSha, name) => readForeignChecks(app, repository, headSha, name),
    async find(repository, headSha, name) {
      const isOurs = (run: CheckRun) =>
        run.name === name && run.head_sha === headSha && (run.app ? run.app.id === app.appId : made.has(run.id));
      const all = await readRuns(app, repository, { ref: headSha, check_name: name }, schemas.checkRun);
      const ours = all.filter(isOurs);
      // Others may post so many under our name that ours are beyond the last page.
      const own =
        ours.length > 0 || all.length < PER_PAGE
          ? ours
          : await readRuns(app, repository, { ref: headSha, check_name: name, app_id: app.appId }, schemas.checkRun);
      return own
        .filter(isOurs)
        .sort((a, b) => b.id - a.id)
        .map(stateOf);
    },
  };
}

function batches(annotations: readonly Annotation[]): object[][] {
  const all: object[][] = [];
  for (let start = 0; start < annotations.length; start += ANNOTATIONS_AT_ONCE) {
    all.push(annotations.slice(start, start + ANNOTATIONS_AT_ONCE).map(asGitHubWantsIt));
  }
  return all;
}

function asGitHubWantsIt(annotation: Annotation): object {
  const { path, startLine, endLine, level, title, message } = annotation;
  return { path, start_line: startLine, end_line: endLine, annotation_level: level, title, message };
}
