import { fail } from "../../base/errors.ts";
import type { Processes } from "../../host/ports.ts";
import { type FirewallTarget, planRemoval } from "./firewall.ts";
import { SYSTEM_PATH } from "./probe.ts";

/** How often a transaction is built anew when the rules changed under it. */
const ATTEMPTS = 4;

/**
 * Removes netavark's packet filter rules of a container, and of its networks where it was the last on them.
 *
 * @param targets subnets and addresses of both address families may be mixed
 * @throws NETWORK_FAILED if the rules cannot be read or changed
 */
export async function removeRules(
  deps: { readonly processes: Processes },
  targets: readonly FirewallTarget[],
): Promise<void> {
  await removeFamily(
    deps,
    "iptables",
    targets.map((target) => ofFamily(target, false)),
  );
  const six = targets.map((target) => ofFamily(target, true)).filter((target) => target.subnets.length > 0);
  if (six.length > 0) await removeFamily(deps, "ip6tables", six);
}

function ofFamily(target: FirewallTarget, six: boolean): FirewallTarget {
  const pick = (texts: readonly string[]) => texts.filter((text) => text.includes(":") === six);
  return { ...target, subnets: pick(target.subnets), addresses: pick(target.addresses) };
}

async function removeFamily(
  deps: { readonly processes: Processes },
  program: "iptables" | "ip6tables",
  targets: readonly FirewallTarget[],
): Promise<void> {
  const save = deps.processes.find(`${program}-save`, SYSTEM_PATH);
  const restore = deps.processes.find(`${program}-restore`, SYSTEM_PATH);
  // Without the programs netavark could not have made a rule either.
  if (save === undefined || restore === undefined) return;
  const env = { PATH: SYSTEM_PATH.join(":") };
  let reason = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const saved = await deps.processes.run(save, [], { env, maxOutput: 64 << 20 });
    if (saved.outcome !== "exited" || saved.code !== 0)
      throw fail("NETWORK_FAILED", { message: `${program}-save: ${textOf(saved.stderr)}` });
    const plan = planRemoval(new TextDecoder().decode(saved.stdout), targets);
    if (plan === "") return;
    const done = await deps.processes.run(restore, ["--noflush", "--wait"], { env, stdin: plan });
    if (done.outcome === "exited" && done.code === 0) return;
    reason = textOf(done.stderr);
  }
  throw fail("NETWORK_FAILED", { message: `${program}-restore: ${reason}` });
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(/\s+/g, " ").trim();
