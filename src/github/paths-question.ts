import { z } from "zod";
import type { RepositoryRef } from "../gate/ports/refs.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { blobId, textBytes } from "./blob-bytes.ts";
import type { Ask } from "./graphql.ts";
import type { KeptObjects } from "./object-cache.ts";
import { isFolder, TREE_MODE, type TreeEntry, treeId } from "./tree-listing.ts";

const SUBMODULE_MODE = "160000";

/** A path of a commit; the empty one is its root folder. */
export interface Place {
  readonly commit: string;
  readonly path: string;
}

export interface PathsQuestion {
  readonly folders: readonly Place[];
  readonly files: readonly Place[];
  /** The pull request whose changed files are asked for beside; null = none. */
  readonly changedIn: number | null;
  /** The commit whose statuses are asked for beside; null = none. */
  readonly statusesOf: string | null;
}

export interface PathsAnswer {
  /** null = there are more than were told, or none was asked for. */
  readonly changed: readonly string[] | null;
  /** Names of its statuses; null = the commit is not there, or none was asked for. */
  readonly statuses: readonly string[] | null;
}

const entries = z.array(
  z.object({ name: z.string().min(1), mode: z.number().int().min(0), oid: z.string(), size: z.number().int().nonnegative() }),
);
const answer = z.object({
  repository: z.looseObject({
    databaseId: z.number().int(),
    pullRequest: z
      .object({
        files: z.object({ totalCount: z.number().int(), nodes: z.array(z.object({ path: z.string() }).nullable()).nullable() }).nullable(),
      })
      .optional(),
    commit: z.object({ oid: z.string(), status: z.object({ contexts: z.array(z.object({ context: z.string() })) }).nullable() }).nullish(),
  }),
});
const folder = z.object({ entries: entries.nullable().optional() }).nullable();
const file = z.object({ text: z.string().nullable(), isTruncated: z.boolean() }).nullable();

/**
 * Folders and files by their paths, in one question. GitHub follows the paths, so what comes is kept under the id that it hashes to
 * and no other: whoever wants an object by its id gets that object, whatever the answer says it is.
 * @throws TruthError when the answer is not whole
 */
export async function askPaths(ask: Ask, repository: RepositoryRef, wanted: PathsQuestion, kept: KeptObjects): Promise<PathsAnswer> {
  const { folders, files, changedIn, statusesOf } = wanted;
  const places = [...folders, ...files];
  const idLength = places[0]?.commit.length ?? 40;
  const asksFolder = (at: number) => at < folders.length;
  const variables = {
    ...{ owner: repository.owner, name: repository.name },
    ...(changedIn === null ? {} : { number: changedIn }),
    ...(statusesOf === null ? {} : { sha: statusesOf }),
    ...Object.fromEntries(places.map(({ commit, path }, at) => [`e${at}`, `${commit}:${path}`])),
  };
  const what = `${places.length} folders and files`;
  const told = await ask({ installationId: repository.installationId, what, query: queryOf(wanted), variables }, answer);
  const home = told.repository;
  if (home.databaseId !== repository.id)
    throw new TruthError(what, "auth", `${what}: another repository answers as ${repository.owner}/${repository.name}`);
  for (const at of places.keys()) {
    if (asksFolder(at)) keepFolder(kept, folder.safeParse(home[`o${at}`]).data?.entries ?? null, idLength);
    else keepFile(kept, file.safeParse(home[`o${at}`]).data ?? null, idLength);
  }
  const { nodes = null, totalCount = 0 } = home.pullRequest?.files ?? {};
  const paths = (nodes ?? []).flatMap((node) => node?.path ?? []);
  return {
    changed: nodes !== null && paths.length === totalCount ? paths : null,
    statuses: home.commit?.oid === statusesOf ? (home.commit?.status?.contexts ?? []).map(({ context }) => context) : null,
  };
}

function queryOf({ folders, files, changedIn, statusesOf }: PathsQuestion): string {
  const names = [...folders, ...files].map((_, at) => `$e${at}: String!`);
  const declared = [
    ...["$owner: String!", "$name: String!"],
    ...(changedIn === null ? [] : ["$number: Int!"]),
    ...(statusesOf === null ? [] : ["$sha: GitObjectID!"]),
    ...names,
  ];
  const asked = [
    "databaseId",
    ...(changedIn === null ? [] : ["pullRequest(number: $number) { files(first: 100) { totalCount nodes { path } } }"]),
    ...(statusesOf === null ? [] : ["commit: object(oid: $sha) { ... on Commit { oid status { contexts { context } } } }"]),
    ...names.map((_, at) => {
      const fields = at < folders.length ? "Tree { entries { name mode oid size } }" : "Blob { text isTruncated }";
      return `o${at}: object(expression: $e${at}) { ... on ${fields} }`;
    }),
  ];
  return `query(${declared.join(", ")}) {
  repository(owner: $owner, name: $name) {
    ${asked.join("\n    ")}
  }
}`;
}

function keepFolder(kept: KeptObjects, told: z.infer<typeof entries> | null, idLength: number): void {
  if (told === null) return;
  const list = told.map(({ name, mode: number, oid, size }): TreeEntry => {
    const mode = number.toString(8).padStart(6, "0");
    return { name, mode, id: oid, size: mode === TREE_MODE || mode === SUBMODULE_MODE ? null : size };
  });
  if (isFolder(list, idLength)) kept.set("tree", treeId(list, idLength), { entries: list, truncated: false });
}

function keepFile(kept: KeptObjects, told: z.infer<typeof file>, idLength: number): void {
  const bytes = told === null || told.isTruncated ? null : textBytes(told.text);
  if (bytes !== null) kept.set("blob", blobId(bytes, idLength), bytes);
}
