import { fail } from "../../base/errors.ts";

/** What netavark made in one network. */
export interface NetworkReply {
  readonly interfaces: readonly {
    readonly name: string;
    readonly mac: string;
    readonly addresses: readonly { readonly ip: string; readonly prefix: number; readonly gateway: string }[];
  }[];
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];

/**
 * Reads what `netavark setup` printed.
 *
 * @param stdout one JSON object: network name to what was made there
 * @throws NETWORK_FAILED if it is not that, with the beginning of the text
 */
export function parseSetupReply(stdout: string): ReadonlyMap<string, NetworkReply> {
  const value = parseJson(stdout);
  if (!isObject(value)) throw fail("NETWORK_FAILED", { message: `unexpected answer ${excerpt(stdout)}` });
  return new Map(Object.entries(value).map(([name, network]) => [name, networkReply(name, network)]));
}

/**
 * The reason that a failed netavark gave. It prints `{"error": "…"}` on stdout; usage errors are plain text.
 *
 * @returns text without line breaks, empty if it said nothing
 */
export function parseFailure(stdout: string): string {
  const value = parseJson(stdout);
  const text = isObject(value) && typeof value["error"] === "string" ? value["error"] : stdout;
  return excerpt(text.replaceAll(/\s+/g, " ").trim(), 2000);
}

/**
 * True if a teardown failed only because what it would remove is gone already. A name server that has not come up yet, or is
 * gone, cannot be told of an entry's end, but reads its files when it starts.
 */
export function saysAlreadyGone(reason: string): boolean {
  const parts = reason.replace(/^netavark encountered multiple errors:/, "").split(/(?:^|\s)-\s(?=\S)/);
  const reasons = parts.map((part) => part.trim()).filter((part) => part !== "");
  return (
    reasons.length > 0 &&
    reasons.every((part) => /No such device|No such file or directory|Link not found|aardvark pid not found/.test(part))
  );
}

function networkReply(name: string, value: unknown): NetworkReply {
  if (!isObject(value) || !isObject(value["interfaces"]))
    throw fail("NETWORK_FAILED", {
      message: `unexpected answer for network ${name}: ${excerpt(JSON.stringify(value))}`,
    });
  return {
    interfaces: Object.entries(value["interfaces"]).map(([device, details]) => ({
      name: device,
      mac: isObject(details) ? textOf(details["mac_address"]) : "",
      addresses: isObject(details) && Array.isArray(details["subnets"]) ? details["subnets"].flatMap(addressOf) : [],
    })),
    dnsServers: textsOf(value["dns_server_ips"]),
    dnsSearch: textsOf(value["dns_search_domains"]),
  };
}

function addressOf(value: unknown): { ip: string; prefix: number; gateway: string }[] {
  if (!isObject(value)) return [];
  const [ip = "", prefix = ""] = textOf(value["ipnet"]).split("/");
  return ip === "" || !/^\d{1,3}$/.test(prefix)
    ? []
    : [{ ip, prefix: Number(prefix), gateway: textOf(value["gateway"]) }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const excerpt = (text: string, limit = 200) => JSON.stringify(text.slice(0, limit)).slice(1, -1);
