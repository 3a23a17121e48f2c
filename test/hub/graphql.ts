import { readFileSync } from "node:fs";
import { buildSchema, type GraphQLSchema, graphqlSync } from "graphql";
import { authorise, type Caller, visibleRepo } from "./auth.ts";
import { diffCommits } from "./git/diff.ts";
import { mergeBase } from "./git/history.ts";
import { notFoundUnless, pullOf } from "./lookup.ts";
import { HubRefusal } from "./refusal.ts";
import type { Reply } from "./server.ts";
import type { Issue, Pull, Repo, Review, World } from "./state.ts";

/** GitHub cuts the text of a blob here. */
const TEXT_MAX = 512_000;

let built: GraphQLSchema | null = null;

/** Queries are checked against GitHub's own schema, of which this is a part; read once per process. */
function schemaOf(): GraphQLSchema {
  built ??= buildSchema(readFileSync(new URL("./github-graphql-slice.graphql", import.meta.url), "utf8"));
  return built;
}

/** As GitHub's: what is wrong with a question is said with 200 and `errors`, beside what could be answered. */
export function answerQuestion(world: World, caller: Caller, body: string): Reply {
  if (caller.kind === "nobody") throw new HubRefusal(401, "Requires authentication");
  const asked = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
  const { data, errors } = graphqlSync({
    schema: schemaOf(),
    source: asked.query,
    variableValues: asked.variables ?? {},
    rootValue: { repository: ({ owner, name }: { owner: string; name: string }) => repositoryOf(world, caller, `${owner}/${name}`) },
  });
  const told = errors === undefined ? {} : { errors: errors.map(({ message, path }) => ({ message, path })) };
  return { status: 200, body: { ...(data === undefined ? {} : { data }), ...told }, headers: { "x-ratelimit-resource": "graphql" } };
}

function repositoryOf(world: World, caller: Caller, fullName: string) {
  const repo = visibleRepo(world, caller, fullName);
  return {
    databaseId: repo.id,
    pullRequest({ number }: { number: number }) {
      authorise(world, caller, ["pull_requests:read"], repo);
      return pullRequestOf(repo, caller, pullOf(repo, number));
    },
    object({ oid, expression }: { oid?: string; expression?: string }) {
      authorise(world, caller, ["contents:read"], repo);
      return objectOf(world, caller, repo, oid ?? idAt(repo, expression ?? ""));
    },
  };
}

/** What `git rev-parse COMMIT:PATH` says: no symbolic link is followed, and what is not there is null. */
function idAt({ store }: Repo, expression: string): string {
  const [, commit = "", path = ""] = /^([0-9a-f]{40}):(.*)$/s.exec(expression) ?? [];
  let id = store.commits.get(commit)?.tree ?? "";
  for (const name of path === "" ? [] : path.split("/")) id = store.trees.get(id)?.find((entry) => entry.name === name)?.sha ?? "";
  return id;
}

function objectOf(world: World, caller: Caller, repo: Repo, oid: string) {
  return commitOf(world, caller, repo, oid) ?? treeOf(repo, oid) ?? blobOf(repo, oid);
}

function commitOf(world: World, caller: Caller, repo: Repo, oid: string) {
  if (!repo.store.commits.has(oid)) return null;
  return {
    __typename: "Commit",
    oid,
    status() {
      authorise(world, caller, ["statuses:read"], repo);
      const newest = new Map(repo.statuses.filter(({ sha }) => sha === oid).map((status) => [status.context, status]));
      return newest.size === 0 ? null : { contexts: [...newest.values()].map(({ context }) => ({ context })) };
    },
  };
}

function treeOf({ store }: Repo, oid: string) {
  const tree = store.trees.get(oid);
  if (tree === undefined) return null;
  const entries = tree.map(({ name, mode, sha }) => ({
    ...{ name, oid: sha, mode: Number.parseInt(mode, 8) },
    type: mode === "040000" ? "tree" : mode === "160000" ? "commit" : "blob",
    size: store.blobs.get(sha)?.length ?? 0,
  }));
  return { __typename: "Tree", oid, entries };
}

function pullRequestOf(repo: Repo, caller: Caller, { number, state, updatedAt, pull }: Issue & { readonly pull: Pull }) {
  return {
    number,
    state: pull.mergedAt !== null ? "MERGED" : state.toUpperCase(),
    headRefOid: pull.headSha,
    baseRefName: pull.baseRef,
    updatedAt,
    files({ first }: { first?: number }) {
      notFoundUnless(first !== undefined && first <= 100);
      const from = mergeBase(repo.store, pull.baseSha, pull.headSha);
      const changed = from === null ? [] : diffCommits(repo.store, from, pull.headSha);
      const page = { hasNextPage: changed.length > first!, hasPreviousPage: false };
      return { totalCount: changed.length, pageInfo: page, nodes: changed.slice(0, first).map(({ path }) => ({ path })) };
    },
    reviews({ first }: { first?: number }) {
      notFoundUnless(first !== undefined && first <= 100);
      const viewer = caller.kind === "user" ? caller.userId : null;
      const seen = pull.reviews.filter((review) => review.state !== "PENDING" || review.userId === viewer);
      const page = { hasNextPage: seen.length > first!, hasPreviousPage: false };
      return { totalCount: seen.length, pageInfo: page, nodes: seen.slice(0, first).map((review) => reviewOf(repo, review)) };
    },
  };
}

function reviewOf(repo: Repo, { id, state, submittedAt, commitId }: Review) {
  const commit = commitId !== null && repo.store.commits.has(commitId) ? { oid: commitId } : null;
  return { fullDatabaseId: String(id), state, submittedAt, commit };
}

function blobOf(repo: Repo, oid: string) {
  const bytes = repo.store.blobs.get(oid);
  if (bytes === undefined) return null;
  const isBinary = bytes.includes(0);
  const text = isBinary ? null : Buffer.from(bytes).toString("utf8").slice(0, TEXT_MAX);
  return { __typename: "Blob", oid, byteSize: bytes.length, isBinary, isTruncated: bytes.length > TEXT_MAX, text };
}
