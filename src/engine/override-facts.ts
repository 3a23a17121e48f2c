/** Whether somebody was entitled to override at the moment the label was set, as it was judged when its signed delivery was first worked on. */
export interface LabelAuthority {
  readonly entitled: boolean;
  /** "an owner", "in ciso", or why not. */
  readonly because: string;
  /** Instant of the reading that it was judged from. */
  readonly observedAt: string;
  /** An evaluation has already stood on this label: it is the one use of its head and base. */
  readonly used: boolean;
}

/** A post-hoc review that nobody entitled has closed in time. */
export interface OverdueReview {
  readonly pullRequest: number;
  /** Number of the issue; null = it could not be opened yet. */
  readonly issue: number | null;
  readonly due: string;
}
