import type { GateDeps } from "./deps.ts";
import { type PullTruth, type SubjectWork, TruthError } from "./ports.ts";
import { isOlder } from "./second-look.ts";

/** Discards what is older than what a signed delivery has told: GitHub answers from several copies, and some are behind. */
export async function readKnown({ pulls }: Pick<GateDeps, "pulls">, { pull: ref, told }: SubjectWork): Promise<PullTruth> {
  const pull = await pulls.read(ref);
  if (told.updatedAt === null || !isOlder(pull, { updatedAt: told.updatedAt })) return pull;
  const what = `pull request #${ref.number}`;
  throw new TruthError(
    what,
    "network",
    `${what}: GitHub answers as of ${pull.updatedAt}, and has told of ${told.updatedAt}: it is asked again`,
  );
}

/** What the signed delivery says, in the shape of a pull request; what it does not say is empty. null = it names no head or base. */
export function toldPull({ pull, told, previous }: SubjectWork): PullTruth | null {
  if (told.headSha === null || told.baseRef === null) return null;
  return {
    repository: { ...pull.repository, ownerType: "Organization", defaultBranch: previous?.facts.subject.defaultBranch ?? "" },
    number: pull.number,
    title: "",
    state: "open",
    merged: false,
    mergeCommitSha: null,
    mergedBy: null,
    draft: false,
    author: null,
    headSha: told.headSha,
    headRef: "",
    headRepositoryId: null,
    baseRef: told.baseRef,
    baseSha: "",
    commits: 0,
    updatedAt: "",
  };
}
