/** Why nothing starts. 2 = something to set right on this machine, 3 = a database that does not answer. */
export interface StartFailure {
  readonly code: 2 | 3;
  readonly says: string;
}

/** An address that cannot be listened on. */
export class CannotListen extends Error {
  override readonly name = "CannotListen";
  constructor({ host, port }: { readonly host: string; readonly port: number }, cause: Error) {
    super(`nothing can listen on ${host}, port ${port} (${cause.message}). Set HOST and PORT, or METRICS_LISTEN, to what is free here`, {
      cause,
    });
  }
}

const REFUSED = new Set(["DataDirectoryLocked", "UnsafeDatabase", "UnknownSchema", "AppRefused", "CannotListen"]);
const MACHINE = new Set("EACCES EEXIST EPERM EROFS EISDIR ENOTDIR ENOENT ENOSPC EDQUOT".split(" "));
const SILENT = new Set(
  (
    "ECONNREFUSED ENOTFOUND ETIMEDOUT ECONNRESET EAI_AGAIN EHOSTUNREACH ENETUNREACH EPIPE CONNECT_TIMEOUT ANSWER_TIMEOUT " +
    "CONNECTION_CLOSED CONNECTION_DESTROYED CONNECTION_ENDED"
  ).split(" "),
);
/** What Postgres says while it starts or stops, or has no connection left: it may answer soon. */
const BUSY = new Set(["53300", "57P01", "57P02", "57P03"]);

/** What Postgres means, in the words of the configuration. */
const TOLD_BY_POSTGRES: Readonly<Record<string, string>> = {
  "28P01": "Set the password in DATABASE_URL or DATABASE_OWNER_URL",
  "28000": "Let that login in (pg_hba.conf, `alter role … login`), or name another in DATABASE_URL or DATABASE_OWNER_URL",
  "3D000": "Create it, or name another in DATABASE_URL and DATABASE_OWNER_URL",
  "42501": "The login of DATABASE_OWNER_URL has to own the database, and DATABASE_URL's to be granted its part by `countersign migrate`",
};

/** null = our own fault. Looks through what wraps an error, such as a failed query. */
export function startFailureOf(error: unknown): StartFailure | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = "code" in at ? String(at.code) : "";
    if (REFUSED.has(at.name)) return { code: 2, says: at.message };
    if (at.name === "PostgresError") return ofPostgres(at.message, code);
    if (MACHINE.has(code)) return { code: 2, says: at.message };
    if (SILENT.has(code))
      return { code: 3, says: `the database does not answer (${at.message}). Start it, or set DATABASE_URL and DATABASE_OWNER_URL right` };
  }
  return null;
}

function ofPostgres(message: string, code: string): StartFailure {
  if (BUSY.has(code)) return { code: 3, says: `the database does not answer yet (${message}). Start again in a while` };
  return {
    code: 2,
    says: `the database refuses: ${message} (${code}). ${TOLD_BY_POSTGRES[code] ?? "docs/self-hosting.md says what it needs"}`,
  };
}
