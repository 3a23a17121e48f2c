import type { Actor } from "../engine/facts.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubUser } from "./schemas.ts";

/** Committer of what GitHub's own web pages commit. Nobody, but not unknown. */
export const WEB_FLOW = "web-flow";

/** Logins are the keys of the facts. When one changes hands between two calls, the reading is torn: read again. */
export class LoginMoved extends TruthError {
  constructor(login: string) {
    super("people", "network", `the login ${login} changed hands while people were read`);
  }
}

/** Everybody that the answers name, so that no one is asked for twice. */
export interface Directory {
  /** Notes a person and gives the login; null stays null. */
  note(user: GitHubUser | null | undefined): string | null;
  /** Login of a numeric id; a person not met elsewhere is taken at the login given. */
  byId(id: number, login: string): string;
  suspend(login: string): void;
  actors(): readonly Actor[];
}

export function createDirectory(): Directory {
  const byId = new Map<number, Actor>();
  const hearsay = new Map<number, string>();
  return {
    note(user) {
      if (user === null || user === undefined) return null;
      const known = byId.get(user.id);
      if (known !== undefined && known.login !== user.login) throw new LoginMoved(user.login);
      byId.set(user.id, {
        id: user.id,
        login: user.login,
        type: typeOf(user.type),
        suspended: known?.suspended === true || Boolean(user.suspended_at),
      });
      return user.login;
    },
    byId(id, login) {
      const known = byId.get(id)?.login;
      if (known === undefined) hearsay.set(id, login);
      return known ?? login;
    },
    suspend(login) {
      for (const actor of byId.values()) if (actor.login === login) byId.set(actor.id, { ...actor, suspended: true });
    },
    actors() {
      const all = new Map(byId);
      const logins = new Set([...byId.values()].map((actor) => actor.login));
      for (const [id, login] of hearsay)
        if (!all.has(id) && !logins.has(login)) all.set(id, { id, login, type: hearsayType(login), suspended: false });
      const listed = [...all.values()].sort((a, b) => a.id - b.id);
      const seen = new Set<string>();
      for (const { login } of listed) {
        if (seen.has(login)) throw new LoginMoved(login);
        seen.add(login);
      }
      return listed;
    },
  };
}

/** An app's account is named so, and no person's can be. */
function hearsayType(login: string): Actor["type"] {
  return login.endsWith("[bot]") ? "Bot" : "User";
}

function typeOf(type: string): Actor["type"] {
  return type === "User" || type === "Mannequin" || type === "Organization" ? type : "Bot";
}
