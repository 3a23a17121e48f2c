import { commandLines } from "./command-lines.ts";

export interface Reason {
  readonly reason: string;
  readonly incident: string | null;
}

const MAX_LENGTH = 500;

/** `/countersign override reason="…" incident=…` on a line of its own, outside quotes, code and HTML comments; null = the comment gives no reason. */
export function overrideCommand(body: string): Reason | null {
  for (const line of commandLines(body)) {
    const found = /^\s*\/countersign\s+override(\s|$)/.test(line) ? parse(line) : null;
    if (found !== null) return found;
  }
  return null;
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
