import { BlockList, isIP, isIPv6, SocketAddress } from "node:net";
import type { Context } from "hono";

/** The address that a request counts for. */
export type ClientAddress = (context: Context) => string;

/**
 * The peer's address; behind a proxy that the configuration trusts, the last address of X-Forwarded-For that is none of them.
 * Everybody else's forwarded headers are ignored. IPv6 counts by /64, which is what one subscriber has.
 * `trusted`: addresses or CIDR ranges.
 */
export function createClientAddress(trusted: readonly string[]): ClientAddress {
  const proxies = proxyList(trusted);
  const isProxy = (address: string) => proxies.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  return (context) => {
    const peer = plain(peerOf(context));
    if (peer === null) return "unknown";
    if (!isProxy(peer)) return grouped(peer);
    const hops = (context.req.header("x-forwarded-for") ?? "").split(",").map((hop) => plain(hop.trim()));
    let seen = peer;
    for (const hop of hops.reverse()) {
      // What stands before something that is no address was not written by a proxy of ours.
      if (hop === null) break;
      seen = hop;
      if (!isProxy(hop)) break;
    }
    return grouped(seen);
  };
}

/** @throws on what is no address or range. */
export function proxyList(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of trusted) {
    const [address = "", bits, ...rest] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (isIP(address) === 0 || rest.length > 0) throw new Error(`${range} is no address and no range`);
    if (bits === undefined) list.addAddress(address, family);
    else if (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === "ipv6" ? 128 : 32))
      list.addSubnet(address, Number(bits), family);
    else throw new Error(`${range} is no address and no range`);
  }
  return list;
}

function peerOf(context: Context): string {
  const peer: unknown = context.env?.incoming?.socket?.remoteAddress;
  return typeof peer === "string" ? peer : "";
}

/** `::ffff:192.0.2.1` is 192.0.2.1; null = no address. */
function plain(address: string): string | null {
  const bare = address.replace(/^\[(.*)\]$/, "$1").split("%")[0] ?? "";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  const found = mapped ?? bare;
  return isIP(found) === 0 ? null : found;
}

function grouped(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = new SocketAddress({ address, family: "ipv6" }).address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
