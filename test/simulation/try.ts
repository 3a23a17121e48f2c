import "./remembered/register.ts";
const { outcomeOf } = await import("./outcome.ts");
const { scriptOf } = await import("./script.ts");
const [seed, from, count, show] = process.argv.slice(2).map(Number) as [number, number, number, number];
const tally: Record<string, number> = {};
const kinds: Record<string, number[]> = {};
for (let index = from; index < from + count; index++) {
  const script = scriptOf(seed, index);
  const { run, violations } = await outcomeOf(script);
  for (const h of run.history) if (h.kind === "end") { const k = h.status === "failed" ? (h.error ?? "").slice(0, 90) : h.status; tally[k] = (tally[k] ?? 0) + 1; }
  for (const v of violations) (kinds[`${v.invariant} ${v.because.replace(/[0-9]+/g, "N").replace(/a[0-9a-fN]+/g, "S")}`] ??= []).push(index);
  if (show) { console.log(JSON.stringify(script)); for (const h of run.history) console.log(JSON.stringify(h));  console.log(violations) }
}
if (count > 200) console.log(tally);
for (const [k, v] of Object.entries(kinds)) console.log(v.length, k, v.slice(0, 6).join(" "));
