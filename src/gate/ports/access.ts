/** What a person may do in one tenant, as GitHub and the configuration say: organisation owners are admins, the rest comes from teams. */
export type Role = "admin" | "approver" | "developer" | "auditor";

/** What a key of a pipeline may do. A key never votes, approves, rejects or overrides: there is no such scope. */
export type Scope = "submit" | "read" | "plan";

export interface Tenant {
  readonly id: string;
  readonly accountId: number;
  readonly login: string;
}

export interface Person {
  /** GitHub's numeric account id. */
  readonly id: number;
  readonly login: string;
}

/** An account with our app on it that a person reaches, as GitHub told with that person's own token. */
export interface Installed {
  readonly installationId: number;
  readonly account: { readonly id: number; readonly login: string; readonly isOrganization: boolean };
}

/** The same, bound to our tenant: (tenant, account, installation) belong together from the sign-in on. */
export interface Reach extends Installed {
  readonly tenantId: string;
}

export interface Session {
  readonly id: string;
  readonly kind: "cookie" | "bearer";
  readonly person: Person;
  readonly reaches: readonly Reach[];
  readonly tenantId: string;
  /** ISO 8601 UTC. */
  readonly authenticatedAt: string;
  readonly expiresAt: string;
}

export interface NewSession {
  readonly kind: Session["kind"];
  readonly person: Person;
  /** At least one; the first is active unless `replaces` had another. */
  readonly installed: readonly Installed[];
  /** The session that this one comes after: it ends with the same commit. */
  readonly replaces: string | null;
}

export interface Sessions {
  beginSession(session: NewSession): Promise<Session>;
  /** Counts as a sign of life. null = unknown, signed out, idle for 2 hours, or 12 hours old. */
  useSession(id: string): Promise<Session | null>;
  /** false = this session does not reach that tenant. */
  switchTenant(id: string, tenantId: string): Promise<boolean>;
  endSession(id: string): Promise<void>;
}

export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdBy: number | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

export type NewKey = Pick<ApiKey, "name" | "scopes" | "createdBy" | "expiresAt">;

export interface MintedKey {
  readonly key: ApiKey;
  /** `csk_` and 32 random bytes. Shown once: it is nowhere afterwards. */
  readonly secret: string;
}

export interface ApiKeys {
  /** With its audit event. */
  createKey(tenantId: string, key: NewKey): Promise<MintedKey>;
  /** Newest first, revoked ones included. */
  apiKeys(tenantId: string): Promise<readonly ApiKey[]>;
  /** With its audit event, once. null = this tenant has no such key. */
  revokeKey(tenantId: string, id: string, by: number | null): Promise<ApiKey | null>;
  /** null = unknown, revoked or expired. */
  useKey(secret: string): Promise<ApiKey | null>;
}

export interface RateLimits {
  /** Counts one request in the window of this key. `waitSeconds` null = within the limit, else when the window ends. */
  countRequest(key: string, limit: number, windowSeconds: number): Promise<{ readonly waitSeconds: number | null }>;
}

/** Who may come in: sessions, keys and how often. */
export interface AccessStore extends Sessions, ApiKeys, RateLimits {
  tenant(id: string): Promise<Tenant | null>;
  /** By the account's login, whatever its case, and every tenant that belongs to an account. */
  tenants(): Promise<readonly Tenant[]>;
  /** Removes windows and sessions that ended long ago. */
  tidyAccess(): Promise<void>;
  ping(): Promise<boolean>;
}

/** GitHub as the place where people prove who they are. Every method rejects with a TruthError when GitHub does not answer. */
export interface SignInGitHub {
  readonly clientId: string;
  /** Root of its pages, `https://github.com`. */
  readonly webUrl: string;
  authorizeUrl(request: {
    readonly state: string;
    readonly challenge: string;
    readonly redirectUrl: string;
    readonly chooseAccount: boolean;
  }): string;
  /** null = GitHub refused the code. */
  exchangeCode(code: string, verifier: string, redirectUrl: string): Promise<string | null>;
  /** Whose token it is; null = not a token that our app was given. */
  ownerOf(token: string): Promise<Person | null>;
  installed(token: string): Promise<readonly Installed[]>;
  /** Gives the token back to GitHub: it is of no use to anybody afterwards. */
  forget(token: string): Promise<void>;
}

export interface Standing {
  readonly isOwner: boolean;
  /** Of the teams that were asked for, those that this person is an active member of. */
  readonly teams: readonly string[];
}

export interface TeamRef {
  readonly slug: string;
  /** null = whatever team has this name. */
  readonly id: number | null;
}

/** Standing of people in organisations, read now as the installation. */
export interface Standings {
  /** null = no active member. Rejects with a TruthError when it cannot be read: nobody is taken for a member, or for none, by a guess. */
  standing(reach: Reach, person: Person, teams: readonly TeamRef[]): Promise<Standing | null>;
}
