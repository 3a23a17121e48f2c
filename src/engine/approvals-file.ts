import { z } from "zod";
import type { PeopleFacts } from "./facts.ts";
import { readDocument } from "./policy/document.ts";
import { schemaProblems } from "./policy/schema-problems.ts";
import type { Problem } from "./problem.ts";

const login = z.string().min(1).max(100);
const sha = z.string().min(1).max(64).describe("Commit id, or `HEAD`, `HEAD~1`, `BASE` … of the change that is checked");
const at = z.iso.datetime({ offset: true });
const id = z.number().int().min(0);
const app = id.nullable().default(null);

const review = z.strictObject({
  id,
  user: login.nullable(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  commitId: sha.nullable().default(null),
  submittedAt: at,
  viaApp: app,
  receipt: z
    .strictObject({ commitId: sha.nullable(), headSha: sha, at, contentDigest: z.string().exactOptional() })
    .nullable()
    .default(null),
  dismissedBy: login.nullable().default(null),
  dismissedState: z.enum(["APPROVED", "CHANGES_REQUESTED"]).nullable().optional(),
});

const claims = z.array(z.string().min(1).max(500)).max(20).default([]);
const trailers = z.strictObject({ agents: claims, launchedBy: claims, confidences: claims, coAuthors: claims });

const commit = z.strictObject({
  sha,
  parents: z.array(sha).default([]),
  author: login.nullable(),
  committer: login.nullable(),
  coAuthors: z.array(login.nullable()).default([]),
  verified: z.boolean(),
  authoredAt: z.string().optional(),
  baseMerge: z.boolean().optional(),
  trailers: trailers.exactOptional(),
  identities: claims.exactOptional(),
});

const member = z.strictObject({ user: login, state: z.enum(["active", "pending"]), inherited: z.boolean().default(false) });
const label = z.strictObject({
  name: z.string().min(1),
  actor: login.nullable(),
  at,
  viaApp: app,
  removedAt: at.nullable().default(null),
  headSha: sha.nullable().optional(),
  baseRef: z.string().nullable().optional(),
  delivery: z.string().nullable().exactOptional(),
  authority: z
    .strictObject({ entitled: z.boolean(), because: z.string().default(""), observedAt: at, used: z.boolean().default(false) })
    .nullable()
    .exactOptional(),
});
const comment = z.strictObject({
  user: login.nullable(),
  body: z.string(),
  at,
  headSha: sha.nullable().optional(),
  baseRef: z.string().nullable().optional(),
  viaApp: id.nullable().optional(),
});

/** `--approvals`: the part of the facts that git does not have. What is left out is unknown, and unknown never helps to pass. */
export const approvalsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  asOf: at.optional(),
  author: login.nullable().optional(),
  baseRef: z.string().min(1).optional(),
  actors: z.array(
    z.strictObject({ id, login, type: z.enum(["User", "Bot", "Mannequin", "Organization"]), suspended: z.boolean().default(false) }),
  ),
  pushes: z.array(z.strictObject({ sha, actor: login.nullable(), at, forced: z.boolean().default(false) })).default([]),
  commits: z.array(commit).default([]),
  reviews: z.array(review).default([]),
  teams: z
    .array(z.strictObject({ slug: z.string().min(1), id: id.default(0), readable: z.boolean().default(true), members: z.array(member) }))
    .default([]),
  owners: z.array(login).default([]),
  organisation: z
    .array(z.strictObject({ user: login, state: z.enum(["active", "pending"]) }))
    .exactOptional()
    .describe("Everybody in the organisation. Given: who is not active there is in no team and owns nothing"),
  permissions: z.record(login, z.string()).default({}),
  labels: z.array(label).default([]),
  comments: z.array(comment).default([]),
  history: z
    .strictObject({
      retargets: z.array(z.strictObject({ at, from: z.string(), to: z.string() })).default([]),
      reopened: z.array(z.strictObject({ at })).default([]),
      pushHistoryComplete: z.boolean(),
    })
    .default({ retargets: [], reopened: [], pushHistoryComplete: false }),
  contentDigests: z.record(sha, z.string()).default({}),
  overdueReviews: z.array(z.strictObject({ pullRequest: id, issue: id.nullable().default(null), due: at })).exactOptional(),
});

export type ApprovalsReading =
  | {
      readonly status: "ok";
      readonly people: PeopleFacts;
      /** null = the file does not say. */
      readonly author: string | null;
      readonly baseRef: string | null;
      readonly asOf: string | null;
    }
  | { readonly status: "invalid"; readonly problems: readonly Problem[] };

/** What is being checked: gives a meaning to what the file leaves open. */
export interface CurrentChange {
  /** Where the file's pushes do not say on which head a label or comment was written, it is taken as written on this one. */
  readonly headSha: string;
  readonly baseRef: string;
  /** Commit ids of the names that the file uses (`namedCommits`). */
  readonly commits?: Readonly<Record<string, string>>;
}

const COMMIT_NAME = /^(?:HEAD|BASE)(?:~\d{1,4})?$/;

/** The names of commits that a file of `--approvals` uses instead of ids: `HEAD`, `HEAD~2`, `BASE`. */
export function namedCommits(text: string): readonly string[] {
  const quoted = text.match(/"(?:HEAD|BASE)(?:~\d{1,4})?"/g) ?? [];
  return [...new Set(quoted.map((each) => each.slice(1, -1)))].sort();
}

/** Reads the file of `--approvals` (JSON). */
export function parseApprovals(text: string, file: string, current?: CurrentChange): ApprovalsReading {
  const document = readDocument(text, file);
  if (document.status === "invalid") return document;
  const parsed = approvalsSchema.safeParse(document.value);
  if (!parsed.success) return { status: "invalid", problems: schemaProblems(approvalsSchema, parsed.error.issues, file, document.lineOf) };
  const early = fromTheFuture(parsed.data, file, document.lineOf);
  if (early.length > 0) return { status: "invalid", problems: early };
  const { schemaVersion: _version, asOf, author, baseRef, labels, comments, ...rest } = withIds(parsed.data, current?.commits ?? {});
  const headAt = (instant: string): string | null => headOf(rest.pushes, instant, current?.headSha ?? null);
  const base = baseRef ?? current?.baseRef ?? null;
  const people: PeopleFacts = {
    ...rest,
    labels: labels.map((each) => ({
      ...each,
      headSha: each.headSha === undefined ? headAt(each.at) : each.headSha,
      baseRef: each.baseRef === undefined ? base : each.baseRef,
    })),
    comments: comments.map(({ baseRef: _base, viaApp, ...each }) => ({
      ...each,
      headSha: each.headSha === undefined ? headAt(each.at) : each.headSha,
      viaApp: viaApp ?? null,
    })),
  };
  return { status: "ok", people, author: author ?? null, baseRef: baseRef ?? null, asOf: asOf ?? null };
}

type GivenPeople = z.infer<typeof approvalsSchema>;

/** What happened after the instant of the decision cannot be a part of it: a file that says so is mistaken somewhere. */
function fromTheFuture(given: GivenPeople, file: string, lineOf: (path: readonly PropertyKey[]) => number | null): readonly Problem[] {
  const { asOf, reviews, labels, pushes, comments, history } = given;
  if (asOf === undefined) return [];
  const listed = {
    pushes,
    reviews: reviews.map((each) => ({ submittedAt: each.submittedAt, "receipt.at": each.receipt?.at })),
    labels: labels.map((each) => ({ at: each.at, removedAt: each.removedAt, "authority.observedAt": each.authority?.observedAt })),
    comments,
    "history.retargets": history.retargets,
    "history.reopened": history.reopened,
  };
  const instants = ["at", "submittedAt", "removedAt", "receipt.at", "authority.observedAt"];
  return Object.entries(listed).flatMap(([key, entries]) =>
    entries.flatMap((entry, index) =>
      Object.entries(entry).flatMap(([name, at]): Problem[] => {
        if (!instants.includes(name) || typeof at !== "string" || !(Date.parse(at) > Date.parse(asOf))) return [];
        const path = [...key.split("."), index, ...name.split(".")];
        const message = `\`${path.join(".")}\` is ${at}, later than \`asOf\` (${asOf}): the decision cannot know of it`;
        return [{ code: "E001", message, file, line: lineOf(path), severity: "error" }];
      }),
    ),
  );
}

/** The file with ids in the place of names. A name that stands for no commit stays, and equals no commit. */
function withIds(given: GivenPeople, ids: Readonly<Record<string, string>>): GivenPeople {
  const id = (name: string): string => (COMMIT_NAME.test(name) ? (ids[name] ?? name) : name);
  const known = <T extends string | null | undefined>(name: T): T => (typeof name === "string" ? (id(name) as T) : name);
  return {
    ...given,
    pushes: given.pushes.map((push) => ({ ...push, sha: id(push.sha) })),
    commits: given.commits.map((commit) => ({ ...commit, sha: id(commit.sha), parents: commit.parents.map(id) })),
    reviews: given.reviews.map((review) => ({
      ...review,
      commitId: known(review.commitId),
      receipt:
        review.receipt === null
          ? null
          : { ...review.receipt, commitId: known(review.receipt.commitId), headSha: id(review.receipt.headSha) },
    })),
    labels: given.labels.map((label) => ({ ...label, headSha: known(label.headSha) })),
    comments: given.comments.map((comment) => ({ ...comment, headSha: known(comment.headSha) })),
    contentDigests: Object.fromEntries(Object.entries(given.contentDigests).map(([commit, content]) => [id(commit), content])),
  };
}

/** JSON Schema of the file of `--approvals`, as published in schemas/. */
export function approvalsJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(approvalsSchema, { io: "input" });
  return { $schema, title: "People and events of a change, for countersign check --approvals", ...rest };
}

/** The head at an instant by the push history; with no history the head given; null = unknown. */
function headOf(pushes: PeopleFacts["pushes"], instant: string, head: string | null): string | null {
  if (pushes.length === 0) return head;
  const before = pushes.filter((push) => Date.parse(push.at) <= Date.parse(instant));
  return (
    before.reduce<(typeof before)[number] | null>(
      (last, push) => (last === null || Date.parse(push.at) >= Date.parse(last.at) ? push : last),
      null,
    )?.sha ?? null
  );
}
