export interface Reason {
  readonly reason: string;
  readonly incident: string | null;
}

const MAX_LENGTH = 500;

/** `/countersign override reason="…" incident=…` on a line of its own, outside quotes, code and HTML comments; null = the comment gives no reason. */
export function overrideCommand(body: string): Reason | null {
  let fence: string | null = null;
  let isHidden = false;
  for (const line of body.slice(0, 65_536).split(/\r?\n/)) {
    const wasHidden = isHidden;
    // Also inside code: where it is not plain that a page shows the line, it is no reason.
    isHidden = isCommentOpen(line, wasHidden);
    if (wasHidden) continue;
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark !== null && mark[0] === fence[0] && mark.length >= fence.length) fence = null;
      continue;
    }
    if (mark !== null) fence = mark;
    else if (/^ {0,3}\/countersign\s+override(\s|$)/.test(line)) {
      const found = parse(line.replace(/<!--.*?(-->|$)/g, " "));
      if (found !== null) return found;
    }
  }
  return null;
}

/** Whether an HTML comment is open after this line. */
function isCommentOpen(line: string, before: boolean): boolean {
  const [opened, closed] = [line.lastIndexOf("<!--"), line.lastIndexOf("-->")];
  // `<!-->` opens and does not close.
  return opened < 0 ? before && closed < 0 : closed < opened + 4;
}

function parse(line: string): Reason | null {
  const reason = value(line, "reason");
  if (reason === null || !/[\p{L}\p{N}]/u.test(reason)) return null;
  return { reason: reason.slice(0, MAX_LENGTH), incident: value(line, "incident")?.slice(0, MAX_LENGTH) ?? null };
}

/** `key="quoted text"`, with straight or curly quotes, or `key=word`. */
function value(line: string, key: "reason" | "incident"): string | null {
  const pattern = key === "reason" ? /\sreason=(?:"([^"]*)"|“([^”]*)”|([^\s"“]+))/ : /\sincident=(?:"([^"]*)"|“([^”]*)”|([^\s"“]+))/;
  const found = pattern.exec(line);
  const text = (found?.[1] ?? found?.[2] ?? found?.[3] ?? "").trim();
  return text === "" ? null : text;
}
