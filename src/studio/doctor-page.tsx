import type { StorageStanding, WatchedRepository } from "../gate/ports.ts";
import { PROTECTION_WORDS } from "../report/doctor.ts";
import { instant, sentence } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Layout, Say } from "./layout.tsx";

const FINDINGS_SHOWN = 20;

/** Whether the check really gates each repository: what is worst first. */
export function DoctorPage({ rows, storage }: { rows: readonly WatchedRepository[]; storage: StorageStanding | null }) {
  return (
    <Layout title="Protection" here="doctor">
      <h1>Protection</h1>
      {storage?.logins === "one" && <OneLogin excess={storage.excess} />}
      {rows.length === 0 ? <p class="empty">The app has not been seen on any repository yet.</p> : rows.map((row) => <Watched row={row} />)}
    </Layout>
  );
}

function OneLogin({ excess }: { excess: readonly string[] }) {
  return (
    <section class="card tone-bad">
      <h2>
        Database <span class="pill block">ONE LOGIN</span>
      </h2>
      <p>What runs here could rewrite the records that it makes.</p>
      <ul class="sentences">
        {excess.map((says) => (
          <li>{says}</li>
        ))}
        <li>
          Give it a login of its own in <code>DATABASE_URL</code> and the owner's in <code>DATABASE_OWNER_URL</code>.
        </li>
      </ul>
    </section>
  );
}

function Watched({ row }: { row: WatchedRepository }) {
  const { repository, unguarded, verdict, checkedAt } = row;
  const word =
    unguarded !== null
      ? "UNGUARDED"
      : verdict !== null
        ? PROTECTION_WORDS[verdict.status]
        : checkedAt === null
          ? "not looked at yet"
          : "not enrolled";
  const isBad = unguarded !== null || verdict?.status === "not_enforced";
  const findings = verdict === null ? [] : [...verdict.findings, ...verdict.branches.flatMap((branch) => branch.findings)];
  return (
    <section class={`card tone-${isBad ? "bad" : "next"}`}>
      <h2>
        {visible(`${repository.owner}/${repository.name}`)}{" "}
        <span class={`pill ${isBad ? "block" : verdict?.status === "enforced" ? "on" : ""}`}>{word}</span>
      </h2>
      {unguarded !== null && <p>{clip(visible(unguarded), 300)}</p>}
      <ul class="sentences">
        {findings.slice(0, FINDINGS_SHOWN).map((each) => (
          <li>
            {each.severity === "advice" && "Advice: "}
            <Say phrase={sentence(each.says)} /> → <Say phrase={sentence(each.fix)} />
          </li>
        ))}
        {findings.length > FINDINGS_SHOWN && <li>and {findings.length - FINDINGS_SHOWN} more</li>}
      </ul>
      {checkedAt !== null && (
        <p class="quiet">
          Looked at {instant(checkedAt)}.
          {isBad && unguarded === null && (
            <>
              {" "}
              <code>countersign doctor</code> prints the ruleset that puts it right.
            </>
          )}
        </p>
      )}
    </section>
  );
}
