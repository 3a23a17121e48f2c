import type { Child } from "hono/jsx";
import type { NodeStatus } from "../engine/decision.ts";
import type { Phrase } from "../report/phrase.ts";
import { SYMBOLS } from "../report/tree.ts";

/** What the navigation leads to, in its order. */
const PLACES = {
  pulls: ["/", "Pull requests"],
  approvals: ["/approvals", "Approvals"],
  workspaces: ["/workspaces", "Workspaces"],
  policies: ["/policies", "Policies"],
  lineage: ["/lineage", "Lineage"],
  overrides: ["/overrides", "Overrides"],
  doctor: ["/doctor", "Protection"],
  audit: ["/audit", "Audit trail"],
  report: ["/report", "Report"],
  account: ["/account", "Account"],
} as const;
type Place = keyof typeof PLACES;

/** The frame of every page. */
export function Layout({ title, here, children }: { title: string; here: Place | null; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Countersign`}</title>
        <link rel="stylesheet" href="/assets/station.css" />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href="/">
            <Logo />
            Countersign
          </a>
          {here !== null && (
            <nav aria-label="Station">
              {Object.entries(PLACES).map(([place, [href, name]]) => (
                <a href={href} aria-current={here === place ? "page" : undefined}>
                  {name}
                </a>
              ))}
            </nav>
          )}
        </header>
        <main id="content">{children}</main>
      </body>
    </html>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M12 1.8 21 5v6.4c0 5.2-3.6 9-9 10.8-5.4-1.8-9-5.6-9-10.8V5z" />
      <path class="tick" d="m7.6 12.2 3.1 3.1 5.8-6.3" />
    </svg>
  );
}

/** How somebody can come in: `dev` = by the link that the demo printed. */
export type WayIn = "github" | "dev" | null;

/** The page for everyone without a session: it says nothing about what is behind it. */
export function ClosedPage({ wayIn, path }: { wayIn: WayIn; path: string }) {
  return (
    <Layout title="Closed" here={null}>
      <section class="closed">
        <h1>This page is closed</h1>
        {wayIn === "dev" && (
          <p>
            Open it with the link that the demo printed on the console. If you came from a link on another site,{" "}
            <a href={path}>open it again from here</a>.
          </p>
        )}
        {wayIn === "github" && (
          <>
            <p>
              <a href={`/login/github?next=${encodeURIComponent(path)}`}>Sign in with GitHub</a>
            </p>
            <p>
              If you are signed in and came from a link on another site, <a href={path}>open it again from here</a>.
            </p>
          </>
        )}
        {wayIn === null && <p>There is no login here. The check run on the pull request says the same as this page would.</p>}
      </section>
    </Layout>
  );
}

/**
 * The end of a sign-in. A page, not a redirect: a browser that comes from GitHub sends a Strict cookie only with what a page of ours
 * asks for.
 */
export function SignedInPage({ next }: { next: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="refresh" content={`0; url=${next}`} />
        <title>Signed in · Countersign</title>
      </head>
      <body>
        <p>
          You are signed in. <a href={next}>Go on</a>
        </p>
      </body>
    </html>
  );
}

export function PlainPage({ title, text }: { title: string; text: string }) {
  return (
    <Layout title={title} here="pulls">
      <section class="closed">
        <h1>{title}</h1>
        <p>{text}</p>
      </section>
    </Layout>
  );
}

/** A sentence of the report; escaping is the template's. */
export function Say({ phrase }: { phrase: Phrase }) {
  return (
    <>
      {phrase.map((span) => {
        if (span.kind === "code") return <code>{span.text}</code>;
        if (span.kind === "strong") return <strong>{span.text}</strong>;
        if (span.kind === "ask") return <strong class="person">@{span.text}</strong>;
        return span.text;
      })}
    </>
  );
}

export function StatusMark({ status }: { status: NodeStatus }) {
  return (
    <span class={`symbol ${status}`} role="img" aria-label={status}>
      {SYMBOLS[status]}
    </span>
  );
}

/** A digest or id: short to the eye, whole on hover and in the text. */
export function Hash({ value }: { value: string }) {
  return (
    <code class="hash" title={value}>
      {value}
    </code>
  );
}
