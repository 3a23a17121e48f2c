/** What each exit code of the command means to a script or a person. */
const EXIT_CODES = {
  0: "SUCCESS, nothing stands in the way",
  1: "VALIDATION_ERROR, a contract, a limit or an agent's boundary forbids it",
  2: "CONFIG_ERROR, the policy or configuration is invalid",
  3: "NETWORK_ERROR, the truth could not be read",
  4: "AUTH_ERROR, reading the truth is not permitted",
  5: "NOT_FOUND, the path or revision does not exist",
  10: "APPROVAL_REQUIRED, someone still has to approve",
  11: "APPROVAL_REJECTED, an approver asked for changes",
  64: "USAGE, the command line is wrong",
  99: "INTERNAL_ERROR, a fault of countersign itself",
} as const;

export function exitMeaning(exitCode: number): string {
  return exitCode in EXIT_CODES ? EXIT_CODES[exitCode as keyof typeof EXIT_CODES] : EXIT_CODES[99];
}
