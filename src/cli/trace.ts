import { type Command, Option } from "commander";
import { z } from "zod";
import { terminalJson, visible } from "../report/visible.ts";
import { type CliContext, EXIT } from "./io.ts";
import { openStation } from "./station-client.ts";

const OUTCOMES = ["pending", "approved", "rejected", "auto-applied", "overridden", "blocked"] as const;
const LIMIT_MAX = 500;

const trace = z.object({
  traceId: z.string(),
  timestamp: z.string(),
  artifact: z.string(),
  actor: z.object({ id: z.string(), systemCard: z.string().nullable() }),
  change: z.object({ description: z.string(), diff: z.array(z.object({ code: z.string(), contract: z.string(), message: z.string() })) }),
  policy: z.array(z.string()),
  riskScore: z.number(),
  reasoning: z.string(),
  violations: z.array(z.object({ boundary: z.string(), because: z.string() })),
  outcome: z.string(),
  ending: z.string().nullable(),
  approvals: z.array(z.object({ approver: z.number(), requirement: z.string(), timestamp: z.string() })),
  severity: z.string(),
});
type Trace = z.infer<typeof trace>;
const traces = z.object({ traces: z.array(trace) });

interface Options {
  readonly server?: string;
  readonly agent?: string;
  readonly outcome?: string;
  readonly format: "text" | "json";
}

const shared = (command: Command) =>
  command
    .option("--server <url>", "the server; default: COUNTERSIGN_URL")
    .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"));

/** `countersign trace …` and `countersign agent audit`: what was decided about agents, from a server. */
export function addTrace(program: Command, context: CliContext, done: (code: number) => void): void {
  const group = program.command("trace").description("decision traces: what was decided about agents' actions, and why");
  shared(group.command("list").description("newest first"))
    .option("--agent <agent>", "only of this one")
    .addOption(new Option("--outcome <outcome>", "only these").choices(OUTCOMES))
    .action(async (options: Options) => done(await list(context, options)));
  shared(group.command("show").description("one trace, whole").argument("<id>", "as `trace list` shows it")).action(
    async (id: string, options: Options) => done(await show(context, id, options)),
  );
  shared(
    program
      .command("agent")
      .description("agents")
      .command("audit")
      .description("everything that was decided about one agent")
      .argument("<agent>", "its id"),
  ).action(async (agent: string, options: Options) => done(await audit(context, agent, options)));
}

async function read(context: CliContext, { server, agent, outcome }: Omit<Options, "format">): Promise<readonly Trace[]> {
  const station = await openStation(context, server, "anybody");
  const query = new URLSearchParams({
    limit: String(LIMIT_MAX),
    ...(agent === undefined ? {} : { agent }),
    ...(outcome === undefined ? {} : { outcome }),
  });
  return (await station.request(traces, "GET", `/api/v1/traces?${query}`)).traces;
}

async function list(context: CliContext, options: Options): Promise<number> {
  print(context, options, await read(context, options), (found) => found.map(line));
  return EXIT.success;
}

async function show(context: CliContext, id: string, options: Options): Promise<number> {
  const station = await openStation(context, options.server, "anybody");
  print(context, options, await station.request(trace, "GET", `/api/v1/traces/${encodeURIComponent(id)}`), whole);
  return EXIT.success;
}

async function audit(context: CliContext, agent: string, options: Options): Promise<number> {
  const found = await read(context, { ...options, agent });
  print(context, options, found, () => {
    const crossed = found.filter(({ violations }) => violations.length > 0);
    const counts = OUTCOMES.map((outcome) => `${outcome} ${found.filter((each) => each.outcome === outcome).length}`);
    const more = found.length === LIMIT_MAX ? ` (the newest ${LIMIT_MAX})` : "";
    return [
      `${agent}: ${found.length} traces${more}; ${counts.join(", ")}; ${crossed.length} crossed a boundary (E007)`,
      ...found.flatMap(whole),
    ];
  });
  return EXIT.success;
}

function print<T>(context: CliContext, { format }: Options, value: T, lines: (value: T) => readonly string[]): void {
  if (format === "json") {
    context.stdout.write(terminalJson(value));
    return;
  }
  // A runner obeys `::command::` at the start of a line.
  for (const each of lines(value)) context.stdout.write(`${visible(each).replaceAll("::", ": :")}\n`);
}

function line({ traceId, timestamp, actor, artifact, outcome, change }: Trace): string {
  return `${traceId}  ${timestamp}  ${actor.id}  ${artifact}  ${outcome}  ${change.description}`;
}

function whole(each: Trace): readonly string[] {
  return [
    line(each),
    `  severity   ${each.severity}${each.ending === null ? "" : `, ${each.ending}`}; risk ${each.riskScore.toFixed(1)}; policy ${each.policy.join(", ") || "none"}`,
    `  card       ${each.actor.systemCard ?? "none"}`,
    `  because    ${each.reasoning}`,
    ...each.violations.map(({ boundary, because }) => `  E007       ${boundary}: ${because}`),
    ...each.change.diff.map(({ code, contract, message }) => `  change     ${code} ${contract}: ${message}`),
    ...each.approvals.map(({ approver, requirement, timestamp }) => `  approval   ${approver} for ${requirement} at ${timestamp}`),
  ];
}
