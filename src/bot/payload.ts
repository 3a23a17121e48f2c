import { z } from "zod";
import type { RepositoryRef } from "../gate/ports.ts";

/** The few fields of a payload that are hints worth keeping. GitHub's own text can hold NUL, which Postgres text cannot. */
export const text = z.string().transform((value) => value.replaceAll("\0", "\uFFFD"));
const id = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);
export const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
export const actor = z.object({ id, login: text }).nullish();
/** Who commented, with the kind of account where the payload tells it. */
export const commenter = z.object({ id, login: text, type: z.string().optional() }).nullish();
/** null = not told, or no instant. */
export const instant = z.iso.datetime({ offset: true }).nullish().catch(null);
export const viaApp = z.object({ id }).nullish();

const withRepository = z.object({
  repository: z.object({ id, name: text, default_branch: text.optional(), owner: z.object({ id, login: text }) }),
  installation: z.object({ id }),
});

export interface PayloadRepository {
  readonly ref: RepositoryRef;
  readonly defaultBranch: string | null;
}

/** The repository that a payload is about; null = none, or nothing that a call could be made with. */
export function repositoryOf(payload: unknown): PayloadRepository | null {
  const parsed = withRepository.safeParse(payload);
  if (!parsed.success) return null;
  const { repository, installation } = parsed.data;
  return {
    ref: {
      id: repository.id,
      owner: repository.owner.login,
      name: repository.name,
      ownerId: repository.owner.id,
      installationId: installation.id,
    },
    defaultBranch: repository.default_branch ?? null,
  };
}

const ownerPlaces = z.object({
  organization: z.object({ id }).nullish().catch(null),
  account: z.object({ id }).nullish().catch(null),
  installation: z
    .object({ account: z.object({ id }) })
    .nullish()
    .catch(null),
  repository: z
    .object({ owner: z.object({ id }) })
    .nullish()
    .catch(null),
});

/** Account id of the organisation or person that a payload is about. */
export function ownerIdOf(payload: unknown): number | null {
  const parsed = ownerPlaces.safeParse(payload);
  if (!parsed.success) return null;
  const { organization, account, installation, repository } = parsed.data;
  return organization?.id ?? installation?.account.id ?? account?.id ?? repository?.owner.id ?? null;
}

export const pullPayload = z.object({
  pull_request: z.object({
    number: id,
    head: z.object({ sha, ref: text.nullish().catch(null), repo: z.object({ id }).nullish().catch(null) }),
    base: z.object({ ref: text }),
    updated_at: instant,
  }),
});
