import type { CheckAction } from "./conversation.ts";
import type { GroupPlace } from "./merge-groups.ts";
import type { RepositoryNews } from "./protection.ts";
import type { Receipt, RepositoryRef } from "./pulls.ts";

/** What a delivery may have changed; the handler reads truth and never trusts the payload further than this. */
export type Mark =
  | {
      readonly kind: "pull";
      readonly repository: RepositoryRef;
      readonly number: number;
      readonly headSha: string | null;
      readonly baseRef: string | null;
      /** When GitHub had changed it last, by GitHub's clock; absent or null = not told. */
      readonly updatedAt?: string | null;
    }
  | { readonly kind: "branch"; readonly repository: RepositoryRef; readonly ref: string; readonly isDefault: boolean }
  /** The pull request from this branch came, went, or leads elsewhere: whatever is stacked on it may be governed otherwise. */
  | { readonly kind: "stack"; readonly repository: RepositoryRef; readonly ref: string }
  | ({ readonly kind: "merge_group"; readonly repository: RepositoryRef } & GroupPlace)
  | { readonly kind: "commit"; readonly repository: RepositoryRef; readonly sha: string }
  /** An issue, which may be that of a post-hoc review. */
  | { readonly kind: "issue"; readonly repository: RepositoryRef; readonly number: number }
  | { readonly kind: "repository"; readonly repository: RepositoryRef }
  | { readonly kind: "owner"; readonly ownerId: number };

export interface Delivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  /** Raw body as signed. */
  readonly body: string;
  readonly bodySha256: string;
  readonly marks: readonly Mark[];
  readonly receipts: readonly Omit<Receipt, "at">[];
  /** Absent = none. */
  readonly news?: readonly RepositoryNews[];
  /** Buttons that were pressed; absent = none. */
  readonly actions?: readonly CheckAction[];
}

export type DeliveryOutcome =
  /** `subjects`: keys made dirty, to wake up after commit; of deliveries stored together the first tells those of all. */
  | { readonly status: "recorded"; readonly subjects: readonly string[] }
  | { readonly status: "duplicate" }
  /** Same GUID, other body: a security event; nothing stored but an audit event. */
  | { readonly status: "conflict" };
