/** Second versions of real contracts for the benchmarks: every tag dropped; where there is none to drop, an edited description. */

const TAG_KEY =
  /^(\s*)(?:"?)(tags|classification|pii|contains_pii|complianceTags|data_categories|policy_tags|criticalDataElement|x-pii|x-twilio|sensitive_data_level)(?:"?):/;

/** The edited text that is still a contract; null when no edit of ours keeps it one. */
export function editedText(format: string, text: string, isContract: (text: string) => boolean): string | null {
  const stripped = strip(format, text);
  const edits = [
    stripped,
    text.replace(/("?description"?: *["']?)(\w)/, "$1Edited. $2"),
    text.replace(/(\bname"?: *"?)(\w)/, "$1x$2"),
    `${text}\n`,
  ];
  return edits.find((each) => each !== text && isContract(each)) ?? null;
}

function strip(format: string, text: string): string {
  if (format === "graphql") return text.replace(/ *@(pii|sensitive|tag|wes_pii|wes_sensitive)\b(\([^)]*\))?/gi, "");
  if (format === "proto")
    return text.replace(/ *\[\([\w.]*(sensitive|personal\w*)\) *= *\w+\]/g, "").replace(/ *\[debug_redact *= *true\]/g, "");
  return withoutTags(text);
}

/** Lines that begin a tag key go, with all that stands under them. */
function withoutTags(text: string): string {
  const kept: string[] = [];
  let under = -1;
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    if (under >= 0 && line.trim() !== "" && (indent > under || (indent === under && /^\s*(- |-$|[\]}],?$)/.test(line)))) continue;
    const found = TAG_KEY.exec(line);
    under = found === null ? -1 : found[1]!.length;
    if (found === null) kept.push(line);
  }
  return kept.join("\n").replace(/,(\s*[}\]])/g, "$1");
}
