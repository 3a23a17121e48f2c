/** Without one of these no check can be decided or written. */
const NEEDED: Readonly<Record<string, "read" | "write">> = {
  checks: "write",
  contents: "read",
  pull_requests: "read",
  members: "read",
};

/** What the app lacks, as a sentence; null = nothing. */
export function lackingOf(permissions: Readonly<Record<string, string>> | null): string | null {
  if (permissions === null) return null;
  const lacking = Object.entries(NEEDED).filter(
    ([name, level]) => permissions[name] !== "write" && !(level === "read" && permissions[name] === "read"),
  );
  // A personal account has no members to read.
  const real = lacking.filter(([name]) => name !== "members" || permissions["members"] !== undefined);
  return real.length === 0 ? null : `the app lacks ${real.map(([name, level]) => `${name}: ${level}`).join(", ")}`;
}
