/** One guard: a piece of code that stands between a threat and a pass, what is left when it is gone, and the test that must then fail. */
export interface Guard {
  /** Ids of threats.md. */
  readonly threat: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly guard: string;
  readonly without: string;
  /** A second line of defence that would hold alone, killed together with the first. */
  readonly and?: { readonly guard: string; readonly without: string };
  readonly test: string;
  /** Part of the names of the tests that must fail. Default: the id of the threat. */
  readonly named?: string;
  /** A scenario on the simulated GitHub or a database: killed by `npm run guards -- --all` and by name, and left out otherwise. */
  readonly slow?: boolean;
}

/** The last round of a test file, in which no guard is gone. */
export const AS_IT_STANDS = "as it stands";
/** The only test of a round whose code does not load. */
export const BROKEN = "cannot be loaded";
