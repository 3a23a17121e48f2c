import type { Decision } from "../engine/decision.ts";
import { codeSpan, markdown } from "./markdown-escape.ts";
import { count, sentence } from "./phrase.ts";
import { within } from "./visible.ts";

const PULLS_SHOWN = 20;
const REASONS_SHOWN = 20;
const BYTES = 4_000;

export function proposalTitle({ proposal }: Decision): string {
  if (proposal === undefined) return "";
  const { preview } = proposal;
  if (preview === null) return "The proposed policy";
  return `The proposed policy: ${preview.pulls.length} of ${count(preview.looked, "open pull request")} would change verdict`;
}

/** What a change of policy files means: whether it only tightens, and which open pull requests would get another verdict. */
export function proposalText({ proposal }: Decision): string {
  if (proposal === undefined) return "";
  const { files, loosens, preview } = proposal;
  const names = files.map((file) => codeSpan(file)).join(", ");
  const reasons = lines(
    loosens.map((because) => `- ${markdown(sentence(because))}`),
    REASONS_SHOWN,
  );
  const verdict =
    loosens.length === 0 ? "It only tightens what is in force." : `It is not certain that it only tightens what is in force:\n\n${reasons}`;
  const pulls = (preview?.pulls ?? []).map(
    ({ pull, from, to }) => `- ${codeSpan(`PR ${pull}`)} would go from ${words(from)} to ${words(to)}`,
  );
  const told = pulls.length === 0 ? "" : `\n\nDecided again from what is stored of them:\n\n${lines(pulls, PULLS_SHOWN)}`;
  return `${names}: judged under the policy in force. ${verdict}${told}`;
}

/** "3 (approved)" */
export function versionOf(version: NonNullable<Decision["inForce"]>["repository"] | undefined): string | null {
  return version === null || version === undefined ? null : `version ${version.seq} (${version.how}) of ${version.commit.slice(0, 7)}`;
}

/** State names without underscores. */
function words(state: string): string {
  return markdown(sentence(state.replaceAll("_", " ").replace(" approval", "")));
}

function lines(all: readonly string[], most: number): string {
  const { shown, more } = within(all, most, BYTES);
  return more === 0 ? shown.join("\n") : [...shown, `- and ${more.toLocaleString("en-US")} more`].join("\n");
}
