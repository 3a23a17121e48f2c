import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { resolve } from "node:path";

/** The built server as processes of its own, configured by environment as in production, and what stands between them and the rest. */
export const MAIN = resolve(import.meta.dirname, "../../dist/app/main.js");
const START_MS = 60_000;
/** `node`, its options, the program and its command, as `npm start` has them; the environment has what the image sets. */
const [, ...AS_STARTED] = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { scripts: { start: string } }
).scripts.start
  .replace("dist/app/main.js", MAIN)
  .split(" ");

export interface Replica {
  readonly child: ChildProcess;
  readonly url: string;
  /** From the start of the process to its listening. */
  readonly readyMs: number;
  /** Both streams so far. */
  said(): string;
  /** Largest resident memory so far, in MiB (Linux). */
  peakMiB(): Promise<number>;
  /** Ends it at once, or as the signal says, and waits for its end. */
  end(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/** @throws with what the process said when it ends before it listens. */
export async function startReplica(env: Readonly<Record<string, string>>): Promise<Replica> {
  if (!existsSync(MAIN)) throw new Error("there is no dist/app/main.js: this starts the built server, so run `npm run build` first");
  const started = performance.now();
  const child = spawn(process.execPath, AS_STARTED, {
    env: { PATH: process.env["PATH"] ?? "", PORT: "0", LOG_LEVEL: "silent", MALLOC_ARENA_MAX: "2", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  const listening = Promise.withResolvers<string>();
  const hear = (chunk: Buffer) => {
    out += chunk.toString();
    const found = /listening on (http\S+)/.exec(out);
    if (found !== null) listening.resolve(found[1]!);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  child.once("close", (code) => listening.reject(new Error(`the server ended with ${code}: ${out}`)));
  const late = setTimeout(() => listening.reject(new Error(`the server does not listen: ${out}`)), START_MS);
  const url = await listening.promise.finally(() => clearTimeout(late));
  return {
    child,
    url,
    readyMs: performance.now() - started,
    said: () => out,
    peakMiB: async () => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024,
    async end(signal = "SIGKILL") {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      child.kill(signal);
      // A process that was stopped hears nothing else.
      if (signal === "SIGKILL") child.kill("SIGCONT");
      await closed;
    },
  };
}

export interface Wire {
  readonly port: number;
  /** Every connection that stands is cut, as by a network that fails. */
  cut(): void;
  /** While true, new connections are closed at once. */
  refuse: boolean;
  /** Every connection that stands says nothing any more and never closes, as when the host at the other end loses its power. */
  silence(): void;
  /** Of the connections that stand, nothing that comes from the other end arrives any more. */
  deafen(): void;
  /** While true, new connections are silent from the start. */
  mute: boolean;
  close(): Promise<void>;
}

/** A wire to one of several ports of this machine, by turns; `to` is asked for each connection, and none is a refused one. */
export async function layWire(to: () => readonly number[]): Promise<Wire> {
  const open = new Set<Socket>();
  /** This end of each connection, and the other. */
  const ends = new Map<Socket, Socket>();
  const silent = new WeakSet<Socket>();
  let turn = 0;
  const keep = (socket: Socket, other: () => Socket | null) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => {
      open.delete(socket);
      ends.delete(socket);
      const rest = other();
      if (rest !== null && !silent.has(rest)) rest.destroy();
    });
  };
  // What it says is swallowed.
  const hush = (near: Socket) => {
    silent.add(near.unpipe().resume());
    ends.get(near)?.destroy();
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    let far: Socket | null = null;
    keep(near, () => far);
    if (wire.mute) return hush(near);
    const ports = to();
    const port = ports[turn++ % Math.max(ports.length, 1)];
    if (wire.refuse || port === undefined) return void near.destroy();
    far = connect({ port, host: "127.0.0.1", noDelay: true });
    keep(far, () => near);
    ends.set(near, far);
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const wire = {
    port: (server.address() as AddressInfo).port,
    refuse: false,
    mute: false,
    silence: () => [...ends.keys()].forEach(hush),
    deafen: () => {
      for (const [near, far] of ends) far.unpipe(near).resume();
    },
    cut: () => {
      for (const socket of open) socket.destroy();
    },
    async close() {
      wire.cut();
      await new Promise((done) => server.close(done));
    },
  };
  return wire;
}
