import type { Severity } from "../engine/contract/finding.ts";
import type { ChangeRow } from "../report/changes.ts";
import { aspects, place, tagDiff } from "../report/field-diff.ts";
import { clip, visible } from "../report/visible.ts";
import { Say } from "./layout.tsx";

const ROWS_SHOWN = 100;

/** The field diff: one block per field, tags first. */
export function Changes({ rows }: { rows: readonly ChangeRow[] }) {
  if (rows.length === 0) return null;
  return (
    <section class="card">
      <h2>
        Field diff <span class="number">{rows.length.toLocaleString("en-US")}</span>
      </h2>
      {rows.slice(0, ROWS_SHOWN).map((row) => (
        <Change row={row} />
      ))}
      {rows.length > ROWS_SHOWN && <p class="quiet">and {(rows.length - ROWS_SHOWN).toLocaleString("en-US")} more in the JSON</p>}
    </section>
  );
}

function Change({ row }: { row: ChangeRow }) {
  const tags = tagDiff(row);
  const hasTags = tags.kept.length + tags.removed.length + tags.added.length > 0;
  const values = aspects(row).filter((each) => each.label !== "tags");
  return (
    <article class={`change ${row.severity}`}>
      <header>
        <h3>
          <code>{clip(visible(row.subject), 160)}</code>
        </h3>
        <span class={`pill ${row.severity}`}>{SEVERITY_WORDS[row.severity]}</span>
        <span class="place">{place(row)}</span>
      </header>
      <ul class="what">
        {row.phrases.slice(0, 20).map((phrase) => (
          <li>
            <Say phrase={phrase} />
          </li>
        ))}
      </ul>
      {hasTags && (
        <div class="diff tags">
          <span class="label">tags</span>
          <TagSide tags={tags.kept} changed={tags.removed} side="before" />
          <TagSide tags={tags.kept} changed={tags.added} side="after" />
        </div>
      )}
      {values.map((each) => (
        <div class="diff">
          <span class="label">{visible(each.label)}</span>
          <del>{each.before ?? "(none)"}</del>
          <ins>{each.after ?? "(none)"}</ins>
        </div>
      ))}
      {row.why.length > 0 && (
        <p class="why">
          <span>Governed by</span>
          {row.why.map((why) => (
            <span>
              <Say phrase={why} />
            </span>
          ))}
        </p>
      )}
    </article>
  );
}

/** Tags of one side as chips: what goes is struck through, what comes is marked. */
function TagSide({ tags, changed, side }: { tags: readonly string[]; changed: readonly string[]; side: "before" | "after" }) {
  return (
    <span class={`chips ${side}`}>
      {changed.map((tag) =>
        side === "before" ? <del class="chip removed">{shown(tag)}</del> : <ins class="chip added">{shown(tag)}</ins>,
      )}
      {tags.map((tag) => (
        <span class="chip">{shown(tag)}</span>
      ))}
      {tags.length + changed.length === 0 && <span class="quiet">no tags</span>}
    </span>
  );
}

const SEVERITY_WORDS = {
  block: "needs approval",
  break: "breaks consumers",
  warn: "advisory",
  info: "for information",
} as const satisfies Record<Severity, string>;

function shown(tag: string): string {
  return clip(visible(tag), 60);
}
