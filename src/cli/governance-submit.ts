import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { collectSubmission } from "../gate/collect-submission.ts";
import { compareHere } from "../gate/compare-here.ts";
import { Refusal } from "../gate/ports.ts";
import { requestHash } from "../gate/request-hash.ts";
import { terminalJson } from "../report/visible.ts";
import { type CliContext, EXIT } from "./io.ts";
import { openStation, type Station } from "./station-client.ts";
import { answer, exitCodeOf, pathOf, type SubmissionView, submissionText } from "./submission.ts";
import { waitFor } from "./wait-for.ts";

export interface WaitOptions {
  readonly server?: string;
  readonly wait: boolean;
  readonly timeout: number;
  readonly format: "text" | "json";
}

export interface SubmitOptions extends WaitOptions {
  readonly base?: string;
  readonly head: string;
  readonly env?: string;
  readonly message?: string;
  readonly agent?: string;
  readonly repositoryId?: number;
  readonly actor?: string;
  readonly update?: string;
  readonly expectedVersion?: number;
  readonly again: boolean;
}

const MINUTE_MS = 60_000;

export async function submit(context: CliContext, path: string, options: SubmitOptions): Promise<number> {
  if ((options.update === undefined) !== (options.expectedVersion === undefined))
    throw new Refusal("usage", "--update and --expected-version go together", "`governance status <id>` shows the version");
  const station = await openStation(context, options.server, "anybody");
  const repository = await context.openRepository(resolve(context.cwd, path));
  const [collected, origin] = await (async () => {
    const comparer = { ...compareHere };
    const found = await collectSubmission({ repository, comparer }, { base: options.base ?? null, head: options.head });
    return [found, await repository.originUrl()] as const;
  })().finally(() => repository.close());
  if (collected.files.length === 0) {
    context.stdout.write("nothing governed changes: there is nothing to submit\n");
    return EXIT.success;
  }
  const { base, head, files } = collected;
  const actor = options.actor?.trim() || actorOf(context.env);
  const version = { base, head, files, ...given({ actor, message: options.message?.trim() || undefined }) };
  const body =
    options.update === undefined
      ? {
          agent: agentOf(context, options.agent ?? collected.agent, origin),
          ...given({ environment: options.env, repository_id: repositoryOf(context, options) }),
          ...version,
        }
      : { expected_version: options.expectedVersion!, ...version };
  // The same change from the same place is the same submission, however often a pipeline runs.
  const idempotency_key = options.again ? randomUUID() : requestHash({ act: "submit", update: options.update ?? null, body });
  const where = options.update === undefined ? "/api/v1/submissions" : `${pathOf(options.update)}/snapshots`;
  const asked = performance.now();
  const { submission } = await station.request(answer, "POST", where, { ...body, idempotency_key });
  if (submission !== null) return follow(context, station, submission, options, performance.now() - asked);
  context.stdout.write("nothing governed changes: nobody is asked\n");
  return EXIT.success;
}

/** Shows it, waits when asked to, and gives its exit code. `spentMs`: how long its first answer took, which is part of the waiting. */
export async function follow(
  context: CliContext,
  station: Station,
  view: SubmissionView,
  options: WaitOptions,
  spentMs: number,
): Promise<number> {
  const print = (now: SubmissionView) => context.stdout.write(options.format === "json" ? terminalJson(now) : submissionText(now));
  if (!options.wait || exitCodeOf(view) !== EXIT.approvalRequired) {
    print(view);
    return exitCodeOf(view);
  }
  context.stderr.write(`countersign: submission ${view.id}\n  ${view.url}\n`);
  const waited = await waitFor(context, station, view, Math.max(options.timeout * MINUTE_MS - spentMs, 0));
  print(waited.view);
  const later = `countersign governance status ${view.id} --wait goes on`;
  if (waited.why === "timeout") context.stderr.write(`countersign: nobody decided within ${options.timeout} minutes\n  ${later}\n`);
  if (waited.why === "interrupted") context.stderr.write(`countersign: stopped waiting; the submission stays\n  ${later}\n`);
  return waited.why === "interrupted" ? EXIT.interrupted : exitCodeOf(waited.view);
}

function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** Who started the pipeline, as the runner says: a name that can lose a vote and give none. */
function actorOf(env: CliContext["env"]): string | undefined {
  return env["GITHUB_ACTOR"] || env["GITLAB_USER_LOGIN"] || env["BUILD_USER_ID"] || undefined;
}

function repositoryOf({ env }: CliContext, { repositoryId }: SubmitOptions): number | undefined {
  const told = env["GITHUB_REPOSITORY_ID"] ?? "";
  return repositoryId ?? (/^[1-9]\d{0,15}$/.test(told) ? Number(told) : undefined);
}

function agentOf({ env }: CliContext, named: string | null, origin: string | null): string {
  const found = named ?? env["GITHUB_REPOSITORY"] ?? env["CI_PROJECT_PATH"] ?? /[:/]([^:/]+\/[^/]+?)(?:\.git)?\/?$/.exec(origin ?? "")?.[1];
  if (found === undefined || found === "")
    throw new Refusal("usage", "which agent's workspace this is for is not known", "give --agent, or set governance.agent in .choochoorc");
  return found;
}
