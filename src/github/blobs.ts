import { z } from "zod";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { blobId, ownBytes, textBytes } from "./blob-bytes.ts";
import type { GitHubApp } from "./client.ts";
import type { Ask } from "./graphql.ts";
import * as schemas from "./schemas.ts";

/** GitHub cuts a text at half a megabyte; and one question ought not to carry much more than one file does. */
const ASKED_BYTES_MAX = 256 * 1024;
const QUESTION_BYTES_MAX = 1024 * 1024;
const QUESTION_BLOBS_MAX = 50;

/** @throws TruthError */
export type ReadBlob = (id: string, size: number | null) => Promise<Buffer>;

interface Wanted {
  readonly id: string;
  readonly size: number;
  readonly told: PromiseWithResolvers<Buffer>;
}

/**
 * Blobs of one repository by id. Those that are wanted in the same moment, and whose sizes are known and small, are one question where
 * GitHub answers one. Whatever comes, the bytes are those that hash to the id: what GraphQL cannot tell as text is read by itself.
 */
export function createBlobs(app: GitHubApp, repository: RepositoryRef): ReadBlob {
  const byItself = (id: string) => readBlob(app, repository, id);
  const { ask } = app;
  if (ask === null) return byItself;
  let waiting: Wanted[] = [];

  async function answer(wanted: readonly Wanted[]): Promise<void> {
    const texts = wanted.length < 2 ? [] : await inOneQuestion(ask!, repository, wanted).catch(() => []);
    for (const [at, { id, told }] of wanted.entries()) {
      const bytes = textBytes(texts[at] ?? null);
      told.resolve(bytes !== null && blobId(bytes, id.length) === id ? bytes : byItself(id));
    }
  }

  return (id, size) => {
    if (size === null || size > ASKED_BYTES_MAX) return byItself(id);
    const told = Promise.withResolvers<Buffer>();
    if (waiting.length === 0)
      queueMicrotask(() => {
        const now = waiting;
        waiting = [];
        for (const wanted of questionsOf(now)) void answer(wanted);
      });
    waiting.push({ id, size, told });
    return told.promise;
  };
}

function questionsOf(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const questions: Wanted[][] = [];
  let bytes = 0;
  for (const one of wanted) {
    const last = questions.at(-1);
    bytes += one.size;
    if (last !== undefined && last.length < QUESTION_BLOBS_MAX && bytes <= QUESTION_BYTES_MAX) last.push(one);
    else {
      questions.push([one]);
      bytes = one.size;
    }
  }
  return questions;
}

const text = z.object({ text: z.string().nullable() }).nullable();

/** By place in `wanted`; null = no text of it. */
async function inOneQuestion(ask: Ask, repository: RepositoryRef, wanted: readonly Wanted[]) {
  const names = wanted.map((_, at) => `b${at}`);
  const query = `query($owner: String!, $name: String!, ${names.map((name) => `$${name}: GitObjectID!`).join(", ")}) {
  repository(owner: $owner, name: $name) { ${names.map((name) => `${name}: object(oid: $${name}) { ... on Blob { text } }`).join(" ")} }
}`;
  const { owner, name, installationId } = repository;
  const variables = { owner, name, ...Object.fromEntries(wanted.map(({ id }, at) => [`b${at}`, id])) };
  const schema = z.object({ repository: z.record(z.string(), text) });
  const told = await ask({ installationId, what: `${wanted.length} blobs`, query, variables }, schema);
  return names.map((one) => told.repository[one]?.text ?? null);
}

async function readBlob(app: GitHubApp, { owner, name, installationId }: RepositoryRef, id: string): Promise<Buffer> {
  const what = `blob ${id.slice(0, 12)}`;
  const route = "GET /repos/{owner}/{repo}/git/blobs/{id}";
  const { data } = await app.request({ installationId, what, route, parameters: { owner, repo: name, id } }, schemas.blob);
  if (data.sha !== id) throw new TruthError(what, "network", `${what}: GitHub answered with another object (${data.sha.slice(0, 12)})`);
  if (data.encoding !== "base64") throw new TruthError(what, "network", `${what}: sent as \`${data.encoding}\`, not base64`);
  const bytes = ownBytes(Buffer.from(data.content, "base64"));
  if (bytes.length !== data.size || blobId(bytes, id.length) !== id)
    throw new TruthError(what, "network", `${what}: the bytes are not the ones its id names`);
  return bytes;
}
