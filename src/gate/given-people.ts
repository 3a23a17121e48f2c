import { type ApprovalsReading, namedCommits, parseApprovals } from "../engine/approvals-file.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PeopleFacts } from "../engine/facts.ts";
import { contentDigest } from "../engine/policy/content-digest.ts";
import type { Config } from "../engine/policy/model.ts";
import { type LocalRepository, Refusal } from "./ports.ts";

/** A file of `--approvals`. */
export interface GivenText {
  readonly text: string;
  readonly file: string;
}

/** What the file says, with every commit by its id. null = the file does not say. */
export interface GivenPeople {
  readonly facts: PeopleFacts;
  readonly author: string | null;
  readonly asOf: string | null;
}

interface Change {
  readonly headSha: string;
  readonly baseSha: string;
  readonly baseRef: string;
}

/** The base branch that the file names. @throws Refusal when the file is wrong. */
export function baseRefOf({ text, file }: GivenText): string | null {
  return accepted(parseApprovals(text, file), file).baseRef;
}

/** The people that the file names, apart from any change. @throws Refusal when the file is wrong. */
export function readPopulation({ text, file }: GivenText): PeopleFacts {
  return accepted(parseApprovals(text, file), file).people;
}

/**
 * The people part of the facts, as `--approvals` gives it. Votes are bound to the content of the commit that their delivery names, as
 * this repository holds it.
 * @throws Refusal when the file is wrong.
 */
export async function readGivenPeople(repository: LocalRepository, given: GivenText, change: Change, config: Config): Promise<GivenPeople> {
  const commits: Record<string, string> = {};
  for (const name of namedCommits(given.text)) {
    const named = name.replace(/^HEAD/, change.headSha).replace(/^BASE/, change.baseSha);
    const id = await repository.resolve(named).catch(unknown);
    if (id !== null) commits[name] = id;
  }
  const reading = accepted(
    parseApprovals(given.text, given.file, { headSha: change.headSha, baseRef: change.baseRef, commits }),
    given.file,
  );
  const { people, author, asOf } = reading;
  const digests = { ...(await digestsOf(repository, people, change, config)), ...people.contentDigests };
  return { facts: { ...people, contentDigests: digests }, author, asOf };
}

/** What the change was at every other commit that a delivery names. A commit that is not here was never evaluated. */
async function digestsOf(
  repository: LocalRepository,
  people: PeopleFacts,
  { baseSha, baseRef, headSha }: Change,
  config: Config,
): Promise<Record<string, string>> {
  const named = new Set(people.reviews.flatMap(({ receipt }) => (receipt === null ? [] : (receipt.commitId ?? []))));
  const digests: Record<string, string> = {};
  for (const commit of named) {
    if (commit === headSha || !/^[0-9a-f]{40}$/.test(commit)) continue;
    const base = await repository
      .resolve(commit)
      .then((id) => repository.mergeBase(baseSha, id))
      .catch(unknown);
    if (base === null) continue;
    const { files, incomplete } = await repository.changedFiles(base, commit);
    const { governed, governance } = sortChangedFiles(files, config.contracts);
    if (incomplete === null) digests[commit] = contentDigest({ baseRef, files: [...governed, ...governance] });
  }
  return digests;
}

/** A commit that this repository does not have: nothing that names it can be believed to be about this change. */
function unknown(error: unknown): null {
  if (error instanceof Refusal) return null;
  throw error;
}

const PROBLEMS_SHOWN = 5;

function accepted(reading: ApprovalsReading, file: string): Extract<ApprovalsReading, { status: "ok" }> {
  if (reading.status === "ok") return reading;
  const said = reading.problems.map((each) => `${each.line ? `line ${each.line}: ` : ""}${each.message}`);
  const more = said.length > PROBLEMS_SHOWN ? `; and ${said.length - PROBLEMS_SHOWN} more` : "";
  throw new Refusal(
    "config",
    `${file}: ${said.slice(0, PROBLEMS_SHOWN).join("; ")}${more}`,
    "`countersign schema approvals` prints what it may hold",
  );
}
