import { fail } from "../../base/errors.ts";
import type { Processes } from "../../host/ports.ts";
import { type FirewallTarget, planRemoval } from "./firewall.ts";
import { type FirewallAddition, planAddition } from "./firewall-addition.ts";
import { SYSTEM_PATH } from "./probe.ts";

/** How often a transaction is built anew when the rules changed under it. */
const ATTEMPTS = 4;

type Deps = { readonly processes: Processes };
type Family = "iptables" | "ip6tables";

/**
 * True if rules can be read and written here.
 *
 * @param six also those of IPv6
 */
export function hasIptables({ processes }: Deps, six: boolean): boolean {
  const families: readonly Family[] = six ? ["iptables", "ip6tables"] : ["iptables"];
  return families.every((family) => programsOf(processes, family) !== undefined);
}

/**
 * Adds netavark's packet filter rules for a container, as far as they are missing.
 *
 * @param additions both address families may be mixed
 * @param options.alone true if nobody else of us changes rules meanwhile: without it, only the container's own are added
 * @returns false if rules are missing that only who is alone may add; none is added then in that family
 * @throws NETWORK_FAILED if the rules cannot be read or changed
 */
export async function addRules(
  deps: Deps,
  additions: readonly FirewallAddition[],
  { alone }: { readonly alone: boolean },
): Promise<boolean> {
  const add = async (family: Family): Promise<boolean> => {
    const own = additions.filter(({ subnet }) => subnet.includes(":") === (family === "ip6tables"));
    if (own.length === 0) return true;
    const programs = programsOf(deps.processes, family);
    if (programs === undefined) throw fail("PROGRAM_MISSING", { program: family, package: "iptables" });
    const plan = (saved: string) => {
      const { text, touchesShared } = planAddition(saved, own);
      return touchesShared && !alone ? undefined : text;
    };
    return change(deps, { family, ...programs, plan, attempts: alone ? ATTEMPTS : 1 });
  };
  const [four, six] = await Promise.allSettled([add("iptables"), add("ip6tables")]);
  if (four.status === "rejected") throw four.reason;
  if (six.status === "rejected") throw six.reason;
  return four.value && six.value;
}

/**
 * Removes netavark's packet filter rules of a container, and of its networks where it was the last on them.
 *
 * @param targets subnets and addresses of both address families may be mixed
 * @param onChanging called once when all that has to be changed is being changed
 * @throws NETWORK_FAILED if the rules cannot be read or changed
 */
export async function removeRules(
  deps: Deps,
  targets: readonly FirewallTarget[],
  onChanging: () => void = () => {},
): Promise<void> {
  const six = targets.map((target) => ofFamily(target, true)).filter((target) => target.subnets.length > 0);
  const four = targets.map((target) => ofFamily(target, false));
  const families = [["iptables", four] as const, ...(six.length > 0 ? [["ip6tables", six] as const] : [])];
  let waiting = families.length;
  const results = await Promise.allSettled(
    families.map(async ([family, own]) => {
      let isCounted = false;
      const count = () => {
        if (!isCounted) waiting -= 1;
        isCounted = true;
        if (waiting === 0) onChanging();
      };
      await removeFamily(deps, family, { targets: own, onChanging: count }).finally(count);
    }),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function ofFamily(target: FirewallTarget, six: boolean): FirewallTarget {
  const pick = (texts: readonly string[]) => texts.filter((text) => text.includes(":") === six);
  return { ...target, subnets: pick(target.subnets), addresses: pick(target.addresses) };
}

async function removeFamily(
  deps: Deps,
  family: Family,
  { targets, onChanging }: { readonly targets: readonly FirewallTarget[]; readonly onChanging: () => void },
): Promise<void> {
  const programs = programsOf(deps.processes, family);
  // Without the programs nobody could have made a rule either.
  if (programs === undefined) return;
  const plan = (saved: string) => planRemoval(saved, targets);
  await change(deps, { family, ...programs, plan, attempts: ATTEMPTS, onChanging });
}

interface Programs {
  readonly save: string;
  readonly restore: string;
}

function programsOf(processes: Processes, family: Family): Programs | undefined {
  const save = processes.find(`${family}-save`, SYSTEM_PATH);
  const restore = processes.find(`${family}-restore`, SYSTEM_PATH);
  return save === undefined || restore === undefined ? undefined : { save, restore };
}

interface Change extends Programs {
  readonly family: Family;
  /** From the saved rules to the input of iptables-restore: empty changes nothing, undefined gives up. */
  readonly plan: (saved: string) => string | undefined;
  readonly attempts: number;
  readonly onChanging?: () => void;
}

/** Reads the rules and changes them in one transaction; false if the plan gave up, or the only attempt failed. */
async function change(
  { processes }: Deps,
  { family, save, restore, plan, attempts, onChanging }: Change,
): Promise<boolean> {
  const env = { PATH: SYSTEM_PATH.join(":") };
  let reason = "";
  for (let attempt = 0; attempt < attempts; attempt++) {
    const saved = await processes.run(save, [], { env, maxOutput: 64 << 20 });
    if (saved.outcome !== "exited" || saved.code !== 0)
      throw fail("NETWORK_FAILED", { by: `${family}-save`, message: textOf(saved.stderr) });
    const input = plan(new TextDecoder().decode(saved.stdout));
    if (input === undefined) return false;
    if (input === "") return true;
    const changing = processes.run(restore, ["--noflush", "--wait"], { env, stdin: input });
    onChanging?.();
    const done = await changing;
    if (done.outcome === "exited" && done.code === 0) return true;
    reason = textOf(done.stderr);
  }
  if (attempts === 1) return false;
  throw fail("NETWORK_FAILED", { by: `${family}-restore`, message: reason });
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(/\s+/g, " ").trim();
