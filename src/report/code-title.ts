/** A finding code as words: `primaryKey.loosened` → `Primary key loosened`. Says nothing of values, and needs no row for a new code. */
export function codeTitle(code: string): string {
  const words = code
    .replace(/[._]/g, " ")
    .replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
