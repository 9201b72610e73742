import type { ContainerConfig, UserMount } from "../../model/container.ts";
import type { EngineDeps } from "../deps.ts";

/** One row of `Mounts`; also what a pod shows of its infra container. */
export interface InspectMount {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver: string;
  readonly Mode: string;
  readonly Options: readonly string[];
  readonly RW: boolean;
  readonly Propagation: string;
}

const PROPAGATIONS = ["shared", "slave", "private", "rshared", "rslave", "rprivate", "unbindable", "runbindable"];

/** The binds and volumes that the user or the image asked for. */
export function inspectMounts(deps: EngineDeps, config: ContainerConfig): readonly InspectMount[] {
  return config.mounts.flatMap((mount) => rowOf(deps, mount) ?? []);
}

function rowOf(deps: EngineDeps, mount: UserMount): InspectMount | undefined {
  switch (mount.type) {
    case "bind":
      return { Type: "bind", Source: mount.source, Driver: "", ...common(mount.destination, withBind(mount.options)) };
    case "volume": {
      const source = deps.store.read((tx) => tx.volumes.get(mount.name)?.mountpoint ?? "");
      return {
        Type: "volume",
        Name: mount.name,
        Source: source,
        Driver: "local",
        ...common(mount.destination, mount.options),
      };
    }
    default:
      return undefined;
  }
}

/** A bind is recursive unless it says otherwise. */
function withBind(options: readonly string[]): readonly string[] {
  return options.includes("bind") || options.includes("rbind") ? options : [...options, "rbind"];
}

function common(
  destination: string,
  options: readonly string[],
): Pick<InspectMount, "Destination" | "Mode" | "Options" | "RW" | "Propagation"> {
  const propagation = options.find((o) => PROPAGATIONS.includes(o)) ?? "rprivate";
  const rest = options.filter((o) => !PROPAGATIONS.includes(o) && o !== "ro" && o !== "rw" && o !== "z" && o !== "Z");
  return {
    Destination: destination,
    Mode: options.filter((o) => o === "z" || o === "Z").join(","),
    Options: rest,
    RW: !options.includes("ro"),
    Propagation: propagation,
  };
}

/** `HostConfig.Binds`: `source:destination:options`. */
export function bindsOf(config: ContainerConfig): readonly string[] {
  return config.mounts.flatMap((mount) => {
    if (mount.type !== "bind" && mount.type !== "volume") return [];
    const options = mount.type === "bind" ? withBind(mount.options) : mount.options;
    const { Options, RW, Propagation } = common(mount.destination, options);
    const source = mount.type === "bind" ? mount.source : mount.name;
    return [`${source}:${mount.destination}:${[RW ? "rw" : "ro", Propagation, ...Options].join(",")}`];
  });
}

/** `HostConfig.Tmpfs`: destination to options. */
export function tmpfsOf(config: ContainerConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    config.mounts.flatMap((m) => (m.type === "tmpfs" ? [[m.destination, m.options.join(",")]] : [])),
  );
}
