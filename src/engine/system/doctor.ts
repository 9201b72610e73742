import { probeRuntime } from "../../drivers/oci-runtime/probe.ts";
import { cgroupManagerOf } from "../../spec/inputs.ts";
import type { Finding } from "../api/system.ts";
import { initBinary, PROFILE_PATHS } from "../containers/spec-setup.ts";
import type { EngineDeps } from "../deps.ts";

type Check = (deps: EngineDeps) => readonly Finding[];

const DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

const ok = (subject: string, detail: string): Finding => ({ subject, level: "ok", detail });
const bad = (
  level: "warning" | "error",
  subject: string,
  text: { readonly detail: string; readonly remedy: string },
): Finding => ({ subject, level, ...text });

/** Looks at everything the engine needs of this host and says what it chose, and what to do about what is missing. */
export function diagnose(deps: EngineDeps): readonly Finding[] {
  const checks: readonly Check[] = [
    checkKernel,
    checkCgroups,
    checkRuntimes,
    checkConmon,
    checkInit,
    checkNetwork,
    checkImages,
    checkSeccomp,
    checkLimits,
    checkState,
  ];
  return checks.flatMap((check) => check(deps));
}

function checkKernel(deps: EngineDeps): readonly Finding[] {
  const { system, files } = deps.host;
  const overlay = (files.readTextIfExists("/proc/filesystems") ?? "").includes("overlay");
  return [
    ok("kernel", `Linux ${system.kernel} on ${system.architecture}, ${system.cpus} CPUs`),
    overlay
      ? ok("overlayfs", "the kernel has it")
      : bad("error", "overlayfs", {
          detail: "the kernel does not list it: containers from images can't be mounted",
          remedy: "modprobe overlay",
        }),
  ];
}

function checkCgroups(deps: EngineDeps): readonly Finding[] {
  const { cgroups } = deps.host;
  const manager = cgroupManagerOf(deps.config, deps.hostFacts());
  const controllers = cgroups.controllers();
  const missing = ["memory", "pids", "cpu"].filter((c) => !controllers.includes(c));
  const found = ok("cgroups", `${cgroups.version()}, controllers ${controllers.join(" ")}; manager ${manager}`);
  if (missing.length === 0) return [found];
  return [
    found,
    bad("warning", "cgroup limits", {
      detail: `no ${missing.join(", ")} controller: those limits have no effect`,
      remedy: "enable them on the kernel command line",
    }),
  ];
}

function checkRuntimes(deps: EngineDeps): readonly Finding[] {
  const search = { wanted: deps.config.runtime, known: deps.config.runtimes, directories: DIRECTORIES };
  const rows = ["crun", "runc"].map((name): Finding => {
    const found = probeRuntime(deps.host, name, search);
    if (found.path === undefined)
      return bad("warning", name, { detail: "not installed", remedy: `apt-get install ${name}` });
    return found.problem === undefined
      ? ok(name, found.path)
      : bad("warning", name, { detail: `${found.path}: ${found.problem}`, remedy: found.remedy ?? "use runc" });
  });
  return [...rows, chosenRuntime(deps)];
}

function chosenRuntime(deps: EngineDeps): Finding {
  try {
    const { path, reason } = deps.runtimeChoice();
    return ok("OCI runtime", `${path}, because ${reason}`);
  } catch (error) {
    return bad("error", "OCI runtime", {
      detail: error instanceof Error ? error.message : String(error),
      remedy: "apt-get install crun runc",
    });
  }
}

function program(
  deps: EngineDeps,
  name: string,
  where: { readonly paths: readonly string[]; readonly need: string; readonly level: "warning" | "error" },
): Finding {
  const path = where.paths.find((p) => deps.host.inodes.stat(p)?.kind === "file");
  return path === undefined
    ? bad(where.level, name, { detail: `not found: ${where.need}`, remedy: `apt-get install ${name}` })
    : ok(name, path);
}

function checkConmon(deps: EngineDeps): readonly Finding[] {
  return [
    program(deps, "conmon", { paths: deps.config.conmonPaths, need: "it watches over each container", level: "error" }),
  ];
}

function checkInit(deps: EngineDeps): readonly Finding[] {
  try {
    return [ok("catatonit", initBinary(deps))];
  } catch {
    return [
      bad("error", "catatonit", {
        detail: "not found: it is the process of infra containers and of --init",
        remedy: "apt-get install catatonit",
      }),
    ];
  }
}

function checkNetwork(deps: EngineDeps): readonly Finding[] {
  const iptables = deps.host.processes.find("iptables", DIRECTORIES);
  return [
    program(deps, "netavark", {
      paths: deps.config.netavarkPaths,
      need: "bridge networks and published ports need it",
      level: "error",
    }),
    program(deps, "aardvark-dns", {
      paths: deps.config.aardvarkPaths,
      need: "containers do not find each other by name without it",
      level: "warning",
    }),
    iptables === undefined
      ? bad("error", "iptables", { detail: "not found: netavark calls it", remedy: "apt-get install iptables" })
      : ok("iptables", iptables),
  ];
}

function checkImages(deps: EngineDeps): readonly Finding[] {
  const skopeo = deps.host.processes.find("skopeo", DIRECTORIES);
  return [
    skopeo === undefined
      ? bad("warning", "skopeo", { detail: "not found: pull, push and save need it", remedy: "apt-get install skopeo" })
      : ok("skopeo", skopeo),
  ];
}

function checkSeccomp(deps: EngineDeps): readonly Finding[] {
  const paths = [deps.config.seccompProfile, ...PROFILE_PATHS].filter((p) => p !== undefined);
  const path = paths.find((p) => deps.host.inodes.stat(p) !== undefined);
  return [
    path === undefined
      ? bad("error", "seccomp", {
          detail: "no profile: containers do not start without one",
          remedy: "apt-get install golang-github-containers-common",
        })
      : ok("seccomp", path),
  ];
}

function checkLimits(deps: EngineDeps): readonly Finding[] {
  if (deps.host.system.boundingCapabilities.includes("CAP_SYS_RESOURCE")) return [ok("rlimits", "can be raised")];
  const { hard } = deps.host.system.hardLimits["nofile"] ?? { hard: -1 };
  return [
    bad("warning", "rlimits", {
      detail: `CAP_SYS_RESOURCE is missing: limits of containers are cut to this host's (nofile ${hard})`,
      remedy: "nothing to do unless containers need more",
    }),
  ];
}

function checkState(deps: EngineDeps): readonly Finding[] {
  return [ok("state", `${deps.config.root}, boot-scoped ${deps.config.runRoot}`)];
}
