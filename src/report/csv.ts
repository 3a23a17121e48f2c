/** What a spreadsheet would take for a formula, or for more than one cell. */
const FORMULA = /^[\s]*[=+\-@\t\r\n|%＝＋－＠]/;
/** Where a semicolon parts the cells, as in much of Europe, the quotes around ours do not hold what stands behind one. */
const NEXT_CELL = /;(?=[\s"]*[=+\-@|%＝＋－＠])/g;

/** One line of RFC 4180, quoted throughout. A text that a spreadsheet would run is preceded by an apostrophe. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '""';
  if (typeof value === "number") return String(value);
  const parted = value.replace(NEXT_CELL, ";'");
  const text = FORMULA.test(value) ? `'${parted}` : parted;
  return `"${text.replaceAll('"', '""')}"`;
}

export const AUDIT_COLUMNS = ["seq", "at", "type", "severity", "actor", "subject", "payload", "hash"] as const;

export function auditCsvRow(event: {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly severity: string;
  readonly actor: string | null;
  readonly subject: string;
  readonly payload: unknown;
  readonly hash: string;
}): readonly (string | number | null)[] {
  const { seq, at, type, severity, actor, subject, payload, hash } = event;
  return [seq, at, type, severity, actor, subject, JSON.stringify(payload), hash];
}
