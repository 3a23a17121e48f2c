/** One line of a report: the same columns everywhere, so that every format draws one table. */
export interface ReportRow {
  /** ISO 8601; null = it has none. */
  readonly at: string | null;
  readonly subject: string;
  readonly what: string;
  readonly who: string;
  readonly state: string;
  /** Number in the audit trail, or what else proves it. */
  readonly evidence: string;
  readonly tone: "good" | "bad" | "plain";
}

export interface ReportSection {
  readonly id: string;
  readonly title: string;
  /** What the section answers. */
  readonly says: string;
  /** What stands there when there is no row. */
  readonly none: string;
  readonly rows: readonly ReportRow[];
}

export interface ReportFigure {
  readonly name: string;
  readonly value: number | string;
  readonly tone: "good" | "bad" | "plain";
}

export interface ControlRow {
  readonly framework: string;
  readonly control: string;
  readonly about: string;
  readonly evidence: string;
}

/** A report as every format tells it. All texts are plain, and may hold anything: a renderer escapes. */
export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly figures: readonly ReportFigure[];
  readonly sections: readonly ReportSection[];
  readonly controls: readonly ControlRow[];
  readonly note: string;
}
