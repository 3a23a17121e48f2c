import type { Installed, Person, Session, Sessions, SignInGitHub } from "./ports.ts";

export type SignIn =
  | { readonly status: "signed_in"; readonly session: Session }
  /** The token is not one that GitHub gave to our app, or is none at all. */
  | { readonly status: "wrong_token" }
  /** GitHub knows this person, and says that they reach no account that has the app (or none without single sign-on). */
  | { readonly status: "no_tenant"; readonly person: Person };

export interface SignInDeps {
  readonly github: SignInGitHub;
  readonly sessions: Pick<Sessions, "beginSession">;
}

/**
 * A session for whoever the token belongs to. GitHub is asked with our client secret whether it gave this token to our app, so that a
 * token which another app was given opens nothing; and with the token itself for the accounts it reaches, so that an organisation that
 * enforces single sign-on is not among them without it.
 */
export async function signIn(
  { github, sessions }: SignInDeps,
  token: string,
  how: { readonly kind: Session["kind"]; readonly replaces: string | null },
): Promise<SignIn> {
  const person = await github.ownerOf(token);
  if (person === null) return { status: "wrong_token" };
  const installed = (await github.installed(token)).filter((each) => each.account.isOrganization || each.account.id === person.id);
  if (installed.length === 0) return { status: "no_tenant", person };
  return { status: "signed_in", session: await sessions.beginSession({ ...how, person, installed: installed.toSorted(byName) }) };
}

/** Organisations first. */
function byName({ account: a }: Installed, { account: b }: Installed): number {
  return Number(b.isOrganization) - Number(a.isOrganization) || a.login.localeCompare(b.login) || a.id - b.id;
}
