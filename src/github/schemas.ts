import { z } from "zod";

/** The fields that we use of GitHub's answers; anything else in them is ignored, anything missing is a failed read. */
export const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const id = z.number().int().positive();
const name = z.string().min(1);
export const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString());

export const user = z.object({ id, login: name, type: z.string(), suspended_at: z.string().nullish() });
export type GitHubUser = z.infer<typeof user>;

/** GitHub writes nobody as null, and for commits sometimes as `{}`. */
export const nobodyOr = z.union([
  user,
  z.null(),
  z
    .object({})
    .strict()
    .transform(() => null),
]);
export const viaApp = z.object({ id }).nullish();

export const pull = z.object({
  number: id,
  title: z.string(),
  state: z.enum(["open", "closed"]),
  merged: z.boolean(),
  merge_commit_sha: sha.nullish(),
  merged_by: nobodyOr.optional(),
  merged_at: instant.nullish(),
  draft: z.boolean().optional(),
  user: nobodyOr,
  head: z.object({ sha, ref: name, repo: z.object({ id, name, owner: z.object({ login: name }) }).nullable() }),
  base: z.object({
    sha,
    ref: name,
    repo: z.object({
      id,
      name,
      default_branch: name,
      allow_merge_commit: z.boolean().nullish(),
      allow_rebase_merge: z.boolean().nullish(),
      owner: z.object({ id, login: name, type: z.enum(["Organization", "User"]) }),
    }),
  }),
  updated_at: instant,
  commits: z.number().int().nonnegative(),
  stack: z.object({ base: z.object({ ref: name }) }).nullish(),
});

/** A commit as listings carry it: enough to know its tree without reading it again. */
const listedCommit = z.object({ sha, commit: z.object({ tree: z.object({ sha }) }), parents: z.array(z.object({ sha })) });
export const branch = z.object({ name, commit: z.union([listedCommit, z.object({ sha })]), protected: z.boolean() });
export const repository = z.object({ id });
export const home = z.object({ id, default_branch: name, owner: z.object({ type: z.enum(["Organization", "User"]) }) });
export const comparison = z.object({ merge_base_commit: listedCommit });
export const gitCommit = z.object({ sha, tree: z.object({ sha }), parents: z.array(z.object({ sha })) });
export const tree = z.object({
  sha,
  truncated: z.boolean(),
  tree: z.array(z.object({ path: name, mode: z.string().regex(/^[0-7]{6}$/), sha, size: z.number().int().nonnegative().nullish() })),
});
export const blob = z.object({ sha, size: z.number().int().nonnegative(), encoding: z.string(), content: z.string() });

export const review = z.object({
  id,
  user: nobodyOr,
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  commit_id: sha.nullish(),
  submitted_at: instant.nullish(),
  performed_via_github_app: viaApp,
});

const signature = z.object({ name: z.string().nullish(), email: z.string().nullish() });
export const pullCommit = z.object({
  sha,
  parents: z.array(z.object({ sha })),
  author: nobodyOr,
  committer: nobodyOr,
  commit: z.object({
    message: z.string(),
    tree: z.object({ sha }).optional(),
    author: signature.extend({ date: z.string().nullish() }).nullish(),
    committer: signature.nullish(),
    verification: z.object({ verified: z.boolean() }).optional(),
  }),
});

export const activity = z.object({
  before: z.string(),
  after: z.string(),
  ref: z.string(),
  timestamp: instant,
  activity_type: z.string(),
  actor: nobodyOr,
});

export const member = user.extend({ inherited: z.boolean().optional() });
export const team = z.object({ id, slug: name, organization: z.object({ id }).optional() });
export const listedTeam = z.object({ id, parent: z.object({ id }).nullish() });
export const membership = z.object({ state: z.enum(["active", "pending"]) });
export const permission = z.object({ permission: name, role_name: name.optional() });

export const comment = z.object({
  id,
  user: nobodyOr,
  body: z.string().nullish(),
  created_at: instant,
  updated_at: instant,
  performed_via_github_app: viaApp,
});

export const checkRun = z.object({
  id,
  name,
  head_sha: sha,
  external_id: z.string().nullish(),
  status: z.string(),
  conclusion: z.string().nullable(),
  app: z.object({ id }).nullish(),
  output: z.object({ annotations_count: z.number().int().nonnegative() }),
});
