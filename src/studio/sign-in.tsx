import { createHash, randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { type AccessStore, type SignInGitHub, TruthError } from "../gate/ports.ts";
import { signIn } from "../gate/sign-in.ts";
import type { Limiter } from "./api/limits.ts";
import { crossSite } from "./api/request-guards.ts";
import { type Doorkeeper, SESSION_SECONDS, sessionCookieName } from "./identify.ts";
import { PlainPage, SignedInPage } from "./layout.tsx";
import type { Seals } from "./seal.ts";
import { sameOriginPath, sameText } from "./session.ts";

export interface SignInPagesDeps {
  readonly github: SignInGitHub;
  readonly access: Pick<AccessStore, "beginSession" | "endSession" | "switchTenant">;
  readonly door: Doorkeeper;
  readonly seals: Seals;
  readonly limiter: Pick<Limiter, "signIns">;
  readonly publicUrl: string;
  /** Told when something failed that the person is not told about. */
  readonly onError: (error: unknown) => void;
}

export const CALLBACK = "/login/github/callback";
/** How long somebody may take at GitHub. */
const ATTEMPT_SECONDS = 10 * 60;
const PURPOSE = "sign-in attempt";
/** Of the form that names an organisation. */
const FORM_MAX_BYTES = 4_096;
const attempt = z.strictObject({ state: z.string(), verifier: z.string(), next: z.string(), replaces: z.string().nullable() });

/**
 * Signing in through GitHub: state against a forged callback, PKCE against a stolen code, one exact redirect. What is remembered
 * meanwhile lies in a sealed cookie that is Lax, because the callback comes from GitHub; the session's own is Strict.
 */
export function createSignInPages(deps: SignInPagesDeps): Hono {
  const { github, access, door, seals, publicUrl } = deps;
  const secure = publicUrl.startsWith("https:");
  const attemptCookie = secure ? "__Host-countersign-sign-in" : "countersign-sign-in";
  const sessionCookie = sessionCookieName(publicUrl);
  const redirectUrl = `${publicUrl}${CALLBACK}`;
  const basic = { path: "/", httpOnly: true, secure } as const;
  const app = new Hono();

  app.get("/login/github", deps.limiter.signIns, async (context) => {
    const [state, verifier] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
    const replaces = (await door.session(context))?.id ?? null;
    const next = sameOriginPath(context.req.query("next"), publicUrl);
    const sealed = await seals.seal(PURPOSE, { state, verifier, next, replaces }, ATTEMPT_SECONDS);
    setCookie(context, attemptCookie, sealed, { ...basic, sameSite: "Lax", maxAge: ATTEMPT_SECONDS });
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    return context.redirect(github.authorizeUrl({ state, challenge, redirectUrl, chooseAccount: context.req.query("again") === "1" }), 303);
  });

  app.get(CALLBACK, deps.limiter.signIns, async (context) => {
    const held = await seals.open(PURPOSE, attempt, getCookie(context, attemptCookie) ?? "");
    // Good for one callback, whatever comes of it.
    deleteCookie(context, attemptCookie, basic);
    const { state = "", code = "" } = context.req.query();
    if (held === null || !sameText(state, held.state))
      return refused(context, 401, "This sign-in was not begun here, or too long ago. Nothing was changed; begin again.");
    if (code === "")
      return refused(context, 401, "GitHub gave no code: the sign-in was not allowed there. Nothing was changed; begin again.");
    const outcome = await exchange(code, held).catch((error: unknown) => {
      if (!(error instanceof TruthError)) throw error;
      deps.onError(error);
      return null;
    });
    if (outcome === null) return refused(context, 503, "GitHub does not answer. Nothing was changed; try again.");
    if (outcome.status === "wrong_token") return refused(context, 401, "GitHub refused the code. Nothing was changed; begin again.");
    if (outcome.status === "no_tenant")
      return refused(
        context,
        403,
        "You reach no organisation that has this app. Ask an owner to install it; if your organisation has single sign-on, sign in there first.",
      );
    setCookie(context, sessionCookie, await door.sealed(outcome.session), { ...basic, sameSite: "Strict", maxAge: SESSION_SECONDS });
    return context.html(<SignedInPage next={held.next} />);
  });

  async function exchange(code: string, held: z.infer<typeof attempt>) {
    const token = await github.exchangeCode(code, held.verifier, redirectUrl);
    if (token === null) return { status: "wrong_token" } as const;
    try {
      return await signIn({ github, sessions: access }, token, { kind: "cookie", replaces: held.replaces });
    } finally {
      // It has said who they are; nobody needs it any more, here or anywhere.
      await github.forget(token).catch(deps.onError);
    }
  }

  const ownForm = crossSite(publicUrl);
  app.post("/logout", ownForm, async (context) => {
    const session = await door.session(context);
    if (session !== null) await access.endSession(session.id);
    deleteCookie(context, sessionCookie, basic);
    return context.redirect("/login", 303);
  });
  const size = bodyLimit({ maxSize: FORM_MAX_BYTES, onError: (context) => context.text("The form is too large.\n", 413) });
  app.post("/tenant", ownForm, size, async (context) => {
    const session = await door.session(context);
    const { tenant_id: wanted } = await context.req.parseBody();
    if (session === null || typeof wanted !== "string" || !(await access.switchTenant(session.id, wanted)))
      return context.html(<PlainPage title="Nothing here" text="You reach no such organisation." />, 404);
    return context.redirect("/", 303);
  });
  return app;
}

function refused(context: Context, status: 401 | 403 | 503, text: string): Response | Promise<Response> {
  return context.html(<PlainPage title="Not signed in" text={text} />, status);
}
