/**
 * Lines of a comment that start with `/countersign` and that a page shows as they are: outside quotes, code and HTML comments. Where it is
 * not plain that a page shows the line, it is none.
 */
export function commandLines(body: string): readonly string[] {
  const lines: string[] = [];
  let fence: string | null = null;
  let isHidden = false;
  for (const line of body.slice(0, 65_536).split(/\r?\n/)) {
    const wasHidden = isHidden;
    // Also inside code.
    isHidden = isCommentOpen(line, wasHidden);
    if (wasHidden) continue;
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark !== null && mark[0] === fence[0] && mark.length >= fence.length) fence = null;
      continue;
    }
    if (mark !== null) fence = mark;
    else if (/^ {0,3}\/countersign(\s|$)/.test(line)) lines.push(line.replace(/<!--.*?(-->|$)/g, " "));
  }
  return lines;
}

/** Whether an HTML comment is open after this line. */
function isCommentOpen(line: string, before: boolean): boolean {
  const [opened, closed] = [line.lastIndexOf("<!--"), line.lastIndexOf("-->")];
  // `<!-->` opens and does not close.
  return opened < 0 ? before && closed < 0 : closed < opened + 4;
}
