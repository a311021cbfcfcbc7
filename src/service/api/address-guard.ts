import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { lookup } from "node:dns/promises";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { UsageError } from "../../domain/errors.ts";

/** Link-local addresses hold the metadata services of clouds; nobody serves a model there. */
const NEVER = blockList(
  ["169.254.0.0/16", "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "192.0.0.192/32"],
  ["fe80::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128", "::/128"],
);
const PRIVATE = blockList(
  ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15"],
  ["::1/128", "fc00::/7", "fec0::/10"],
);

export type AddressClass = "public" | "private" | "denied";

/** What may be reached at an address: IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as what it leads to. */
export function classifyAddress(address: string): AddressClass {
  const bare = address.replace(/%.*$/, "");
  const family = isIP(bare);
  if (family === 0) return "denied";
  const inner = family === 6 ? embeddedIpv4(bare) : undefined;
  if (inner !== undefined) return classifyAddress(inner);
  const type = family === 4 ? "ipv4" : "ipv6";
  if (NEVER.check(bare, type)) return "denied";
  return PRIVATE.check(bare, type) ? "private" : "public";
}

/** What may be connected to. */
export interface AddressRule {
  readonly allowPrivate: boolean;
  /** Whose address it is, for messages. */
  readonly where: string;
}

/** Error code of a connection that was refused here, before it was made. */
export const ADDRESS_DENIED = "ADDRESS_DENIED";

/**
 * Checks the host of a backend's URL and every address it resolves to. Throws `UsageError` for addresses that are never allowed, and for private
 * ones unless they are.
 */
export async function assertAllowedUrl(url: string, rule: AddressRule): Promise<void> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolveAll(host, rule.where) : [host];
  for (const address of addresses) assertAllowedAddress(address, host, rule);
}

/**
 * How sockets to a URL find its address: a name may lead elsewhere than when it was checked, so every address is checked again when it is connected
 * to. An address in place of a name is checked here, since nothing looks it up: throws `UsageError`.
 */
export function guardedLookup(url: string, rule: AddressRule, resolve: LookupFunction = systemLookup): LookupFunction {
  const host = hostOf(url);
  if (isIP(host) !== 0) assertAllowedAddress(host, host, rule);
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (failure, answer, family) => {
      if (failure !== null) return callback(failure, []);
      const found: readonly LookupAddress[] =
        typeof answer === "string" ? [{ address: answer, family: family ?? isIP(answer) }] : answer;
      try {
        for (const { address } of found) assertAllowedAddress(address, hostname, rule);
      } catch (error) {
        return callback(Object.assign(error as Error, { code: ADDRESS_DENIED }), []);
      }
      const [first] = found;
      if (options.all === true) callback(null, [...found]);
      else if (first === undefined)
        callback(Object.assign(new Error(`${hostname}: no address`), { code: "ENOTFOUND" }), []);
      else callback(null, first.address, first.family);
    });
  };
}

function assertAllowedAddress(address: string, host: string, { allowPrivate, where }: AddressRule): void {
  const found = classifyAddress(address);
  if (found === "denied")
    throw new UsageError(`${where}: ${host} leads to ${address}, which no backend may be at`, {
      hint: "link-local, metadata, multicast and unspecified addresses are always refused",
    });
  if (found === "private" && !allowPrivate)
    throw new UsageError(`${where}: ${host} leads to the private address ${address}`, {
      hint: "name the backend under `allowPrivate` if it is meant to be there",
    });
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

/** A name that leads nowhere, for now. */
export class HostNotFoundError extends UsageError {}

async function resolveAll(host: string, where: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true }).catch((cause: unknown) => {
    throw new HostNotFoundError(`${where}: the host ${host} can't be found`, { cause, hint: "is its name right?" });
  });
  return found.map(({ address }) => address);
}

/** The IPv4 address in an IPv4-mapped (`::ffff:0:0/96`), NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), 6to4 (`2002::/16`) or compatible one. */
function embeddedIpv4(address: string): string | undefined {
  const groups = expand(address);
  const [first = 0, second = 0, third = 0] = groups;
  const zeros = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  const tail = (): string => dotted(groups[6] ?? 0, groups[7] ?? 0);
  if (first === 0x64 && second === 0xff9b && (zeros(2, 6) || third === 1)) return tail();
  if (zeros(0, 5) && groups[5] === 0xffff) return tail();
  if (zeros(0, 6) && (groups[6] ?? 0) > 0) return tail();
  return first === 0x2002 ? dotted(second, third) : undefined;
}

function expand(address: string): readonly number[] {
  const v4 = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = v4 === null ? address : `${address.slice(0, v4.index)}${hexPair(v4[1], v4[2])}:${hexPair(v4[3], v4[4])}`;
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: gap }, () => "0"), ...right].map((group) => Number.parseInt(group, 16));
}

function hexPair(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function blockList(v4: readonly string[], v6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [ranges, type] of [
    [v4, "ipv4"],
    [v6, "ipv6"],
  ] as const) {
    for (const range of ranges) {
      const [net = "", bits = ""] = range.split("/");
      list.addSubnet(net, Number(bits), type);
    }
  }
  return list;
}
