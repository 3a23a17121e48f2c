/** What is left of an installation's hourly API calls, as GitHub's last answer said. */
export interface ApiBudget {
  /** null = unknown: nothing was asked yet, or the server has no limit. `resetAt`: ISO 8601. */
  remaining(installationId: number): { readonly remaining: number; readonly limit: number; readonly resetAt: string } | null;
}
