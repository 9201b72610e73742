import { join, resolve } from "node:path";
import { fail } from "../base/errors.ts";
import type { Files, SystemInfo } from "../host/ports.ts";
import type { ConfigOverrides, ConfigPaths, ConfigSettings, EngineConfig } from "./config.ts";
import { RESOLVERS } from "./containers-conf.ts";
import { loadRegistries } from "./load-registries.ts";
import { userConfigDir, userPaths } from "./places.ts";
import { Settings } from "./settings.ts";
import { readToml, readTomlDirectory, type TomlFile } from "./toml.ts";

export interface ConfigDeps {
  readonly files: Pick<Files, "readTextIfExists" | "list">;
  readonly system: Pick<SystemInfo, "euid" | "env" | "cwd" | "cpus">;
}

/**
 * The configuration of one engine root: the command line over containers.conf(5) over the defaults. No file is read here,
 * but at the first look at a value that needs it.
 *
 * @throws INVALID_ARGUMENT for a worker count below 1, or without a home directory to put an ordinary user's state in
 */
export function loadConfig(deps: ConfigDeps, overrides: ConfigOverrides = {}): EngineConfig {
  const settings = once(() => new Settings(readContainersConf(deps)));
  const properties: PropertyDescriptorMap = {
    registries: { enumerable: true, get: once(() => loadRegistries(deps)) },
  };
  for (const key of Object.keys(RESOLVERS) as (keyof ConfigSettings)[]) {
    properties[key] = { enumerable: true, get: once(() => deepFreeze(RESOLVERS[key](settings(), overrides))) };
  }
  return Object.freeze(Object.defineProperties({ ...pathsOf(deps, overrides) }, properties)) as EngineConfig;
}

function pathsOf(deps: ConfigDeps, overrides: ConfigOverrides): ConfigPaths {
  const { cwd, cpus } = deps.system;
  const paths = overrides.root !== undefined && overrides.runRoot !== undefined ? undefined : userPaths(deps.system);
  const root = resolve(cwd, overrides.root ?? paths?.root ?? "");
  const runRoot = resolve(cwd, overrides.runRoot ?? paths?.runRoot ?? "");
  const maxWorkers = overrides.maxWorkers ?? 3 * cpus + 1;
  if (!Number.isSafeInteger(maxWorkers) || maxWorkers < 1)
    throw fail("INVALID_ARGUMENT", { message: `maximum number of workers must be at least 1, not ${maxWorkers}` });
  return { root, runRoot, networkRunDir: join(runRoot, "networks"), maxWorkers };
}

/**
 * The files, weakest first (containers.conf(5)): the distribution's, the administrator's and its drop-ins, the user's; or
 * $CONTAINERS_CONF alone; and in any case $CONTAINERS_CONF_OVERRIDE on top.
 */
function readContainersConf(deps: ConfigDeps): readonly TomlFile[] {
  const { files, system } = deps;
  const alone = system.env["CONTAINERS_CONF"];
  const top = system.env["CONTAINERS_CONF_OVERRIDE"];
  const base = alone ? [demand(deps, alone)] : readDefaultFiles(files, system);
  return top ? [...base, demand(deps, top)] : base;
}

function readDefaultFiles(files: ConfigDeps["files"], system: ConfigDeps["system"]): readonly TomlFile[] {
  const own = userConfigDir(system);
  return [
    readToml(files, "/usr/share/containers/containers.conf") ?? [],
    readToml(files, "/etc/containers/containers.conf") ?? [],
    readTomlDirectory(files, "/etc/containers/containers.conf.d"),
    own === undefined ? [] : (readToml(files, `${own}/containers.conf`) ?? []),
    own === undefined ? [] : readTomlDirectory(files, `${own}/containers.conf.d`),
  ].flat();
}

/** A file that somebody named must be there. */
function demand(deps: ConfigDeps, path: string): TomlFile {
  const file = readToml(deps.files, resolve(deps.system.cwd, path));
  if (!file) throw fail("INVALID_ARGUMENT", { message: `reading configuration ${path}: no such file or directory` });
  return file;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
