import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Largest payload that GitHub sends: 25 MB. */
export const BODY_MAX_BYTES = 26_214_400;

/** What all bodies that are being received or worked on may hold together. */
export interface BodyRoom {
  /** Takes that many bytes more for a body that will then hold `total`; false = there is no room now. */
  take(bytes: number, total: number): boolean;
  give(bytes: number): void;
  /** A body begins to come in. Where others find no room and it is slow, `putOut` is called, and gives back at once what it holds. */
  begin(putOut: () => void): Arrival;
}

export interface Arrival {
  /** Bytes so far. */
  size: number;
  /** It is whole, or given up: nobody puts it out any more. */
  end(): void;
}

/** Usual payloads are smaller. */
const SMALL_BYTES = 262_144;
const ROOM_BYTES = 100_663_296;
/** GitHub sends a body as fast as it can. One that takes longer than this, and a second more for each MiB of it, makes room when others need it. */
const SLOW_MS = 2_000;
const SLOW_BYTES_PER_MS = 1_024;

/**
 * Large bodies may fill half of the room, so that usual ones find some whatever is sent besides. Anybody can send something that looks signed:
 * whoever begins many bodies and does not end them holds them no longer than they are slow.
 */
export function createBodyRoom(roomBytes = ROOM_BYTES, monotonic = () => performance.now()): BodyRoom {
  let held = 0;
  /** The first to have begun comes first. */
  const arriving = new Map<Arrival, { readonly since: number; readonly putOut: () => void }>();

  function putOutSlow(isRoom: () => boolean): void {
    const now = monotonic();
    for (const [arrival, { since, putOut }] of arriving) {
      if (isRoom()) return;
      if (arrival.size === 0 || now - since <= SLOW_MS + arrival.size / SLOW_BYTES_PER_MS) continue;
      arriving.delete(arrival);
      putOut();
    }
  }

  return {
    take(bytes, total) {
      const most = total > SMALL_BYTES ? roomBytes / 2 : roomBytes;
      const isRoom = () => held + bytes <= most;
      if (!isRoom()) putOutSlow(isRoom);
      if (!isRoom()) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
    begin(putOut) {
      const arrival: Arrival = { size: 0, end: () => arriving.delete(arrival) };
      arriving.set(arrival, { since: monotonic(), putOut });
      return arrival;
    },
  };
}

export type BodyReading =
  /** `release` when nothing holds the body any more. */
  { readonly status: "whole"; readonly body: Buffer; readonly release: () => void } | { readonly status: "too_large" | "busy" | "cut_off" };

/** By its header or as it comes in, never more than the cap, and never more than there is room for. `declared`: `Content-Length`. */
export async function readBody(chunks: AsyncIterable<Uint8Array>, declared: number, room: BodyRoom): Promise<BodyReading> {
  if (declared > BODY_MAX_BYTES) return { status: "too_large" };
  let held: Buffer = Buffer.alloc(0);
  let isOut = false;
  let wake = () => {};
  const giveBack = () => {
    room.give(arrival.size);
    arrival.size = 0;
  };
  const arrival = room.begin(() => {
    isOut = true;
    giveBack();
    wake();
  });
  const pieces = chunks[Symbol.asyncIterator]();
  const refuse = (status: "too_large" | "busy" | "cut_off"): BodyReading => {
    giveBack();
    // Not waited for: it may be at a piece that never comes.
    void (async () => pieces.return?.())().catch(() => {});
    return { status };
  };
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<Uint8Array> | null>((resolve, reject) => {
        wake = () => resolve(null);
        pieces.next().then(resolve, reject);
      });
      if (isOut || next === null) return refuse("busy");
      if (next.done === true) break;
      const piece = next.value;
      const at = arrival.size;
      if (at + piece.length > BODY_MAX_BYTES) return refuse("too_large");
      const isTaken = room.take(piece.length, at + piece.length);
      arrival.size += isTaken ? piece.length : 0;
      // It may have been itself that made room.
      if (!isTaken || isOut) return refuse("busy");
      held = roomier(held, at, arrival.size, declared);
      held.set(piece, at);
    }
  } catch {
    return refuse("cut_off");
  } finally {
    arrival.end();
  }
  const { size } = arrival;
  return { status: "whole", body: held.subarray(0, size), release: () => room.give(size) };
}

/** In one piece: where a body is sent byte by byte, each of its pieces would take two hundred, and the room count one. */
function roomier(held: Buffer, size: number, needed: number, declared: number): Buffer {
  if (needed <= held.length) return held;
  const most = declared >= needed ? declared : BODY_MAX_BYTES;
  const next = Buffer.allocUnsafe(Math.max(needed, Math.min(2 * held.length, most)));
  next.set(held.subarray(0, size));
  return next;
}

/**
 * As Node hears it, where the request comes over a socket: a web stream around it costs as much as checking and parsing what it brings.
 * What is left unread is for the server to drain, so that the refusal still gets its way.
 */
export function chunksOf(request: Request, incoming: IncomingMessage | undefined): AsyncIterable<Uint8Array> {
  return incoming?.iterator({ destroyOnReturn: false }) ?? request.body ?? Readable.from([]);
}
