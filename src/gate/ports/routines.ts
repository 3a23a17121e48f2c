/** What the replicas of one database agree on about periodic work. */
export interface RoutineClaims {
  /** True = `everyMs` have passed since anybody last claimed this name (or nobody ever did), and it is this caller's turn. */
  claimRoutine(name: string, everyMs: number): Promise<boolean>;
  /** The claim came to nothing: the next one who asks is told yes. */
  releaseRoutine(name: string): Promise<void>;
}
