import type { FakeHost } from "../../host/fakes/open.ts";
import type { Invocation } from "../../host/fakes/programs.ts";

interface NetavarkInput {
  readonly container_id: string;
  readonly networks: Readonly<Record<string, { readonly interface_name: string; readonly static_ips: string[] }>>;
  readonly network_info: Readonly<Record<string, { readonly network_interface: string }>>;
}

/** The program `netavark`: it answers, and bridges come and go with the containers on them. */
export function fakeNetavark(host: FakeHost, it: Invocation): number {
  if (it.args[0] === "version") {
    it.stdout('{"version":"1.4.0"}');
    return 0;
  }
  const verb = it.args.at(-2) ?? "";
  const runDir = it.args[1] ?? "";
  const input = JSON.parse(host.files.readText(`${runDir}/netavark.in`)) as NetavarkInput;
  for (const { network_interface: bridge } of Object.values(input.network_info)) {
    const ports = `/sys/class/net/${bridge}/brif`;
    if (verb === "setup") {
      host.files.makeDir(ports);
      host.files.writeAtomic(`${ports}/${input.container_id}`, "");
    } else if (host.inodes.stat(ports) !== undefined) {
      host.files.remove(`${ports}/${input.container_id}`);
      if (host.files.list(ports).length === 0) host.files.removeTree(`/sys/class/net/${bridge}`);
    }
  }
  if (verb === "setup") host.files.append(`${runDir}/netavark.out`, JSON.stringify(answersOf(input)));
  return 0;
}

function answersOf(input: NetavarkInput): object {
  const answers = Object.entries(input.networks).map(([key, network]) => {
    const subnets = network.static_ips.map((ip) => ({ ipnet: `${ip}/16`, gateway: "10.87.0.1" }));
    const made = { [network.interface_name]: { mac_address: "02:00:00:00:00:01", subnets } };
    return [key, { dns_server_ips: [], dns_search_domains: [], interfaces: made }] as const;
  });
  return Object.fromEntries(answers);
}
