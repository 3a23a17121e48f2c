import type { Decision, PolicyMatch } from "../engine/decision.ts";
import { listed, sentence } from "../report/phrase.ts";
import { floorSentence, levelAsks, points } from "../report/risk.ts";
import { clip, visible } from "../report/visible.ts";
import { Say } from "./layout.tsx";

/** The score and what it is made of. Bars are drawn by attributes, because the pages allow no inline style. */
export function Risk({ decision }: { decision: Decision }) {
  const { score, level, factors, floors } = decision.risk;
  return (
    <section class="card risk">
      <h2>Risk</h2>
      <p class={`score ${level}`}>
        <strong>{score.toFixed(1)}</strong> of 10 <span class={`pill ${level}`}>{level}</span>
      </p>
      <Bar value={score} of={10} tone={level} />
      <ul class="factors">
        {factors.map((factor) => (
          <li>
            <span class="name">{visible(factor.name)}</span>
            <span class="points">{points(factor.points)}</span>
            <span class="because">
              <Say phrase={sentence(factor.because)} />
            </span>
          </li>
        ))}
      </ul>
      {floors.map((floor) => (
        <p class="quiet">
          <Say phrase={sentence(`${floorSentence(floor)}.`)} />
        </p>
      ))}
      <p class="quiet">{levelAsks(level)}</p>
    </section>
  );
}

function Bar({ value, of, tone }: { value: number; of: number; tone: string }) {
  const width = Math.max(0, Math.min(100, (100 * value) / of));
  return (
    <svg class={`bar ${tone}`} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="4" />
      <rect class="fill" width={String(width)} height="4" />
    </svg>
  );
}

/** Every policy that was looked at, matched first. */
export function Policies({ policies }: { policies: readonly PolicyMatch[] }) {
  if (policies.length === 0) return null;
  const sorted = policies.toSorted((a, b) => Number(b.matched) - Number(a.matched));
  return (
    <section class="card">
      <h2>Policies</h2>
      <ul class="policies">
        {sorted.slice(0, 100).map((policy) => (
          <li class={policy.matched ? "matched" : "unmatched"}>
            <code>{clip(visible(policy.name), 120)}</code>
            <span class={`pill ${policy.matched ? "on" : "off"}`}>{policy.matched ? "matched" : "no match"}</span>
            {policy.mode !== "enforce" && <span class="pill off">{policy.mode}</span>}
            <span class="because">
              <Say
                phrase={listed(
                  policy.because.map((each) => sentence(each)),
                  8,
                )}
              />
            </span>
            {policy.matched && policy.description !== null && <span class="quiet">{clip(visible(policy.description), 300)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
