import { join } from "node:path";
import { fail } from "../base/errors.ts";
import type { AccessOptions } from "../drivers/skopeo/args.ts";
import { openSkopeo, type Skopeo } from "../drivers/skopeo/driver.ts";
import type { PullOptions } from "../engine/api/images.ts";
import type { ImageDeps } from "./image-deps.ts";
import type { Workspace } from "./workspace.ts";

/** Variables that decide where skopeo finds credentials, proxies and room. */
const PASSED =
  /^(PATH|HOME|TMPDIR|XDG_RUNTIME_DIR|XDG_CONFIG_HOME|XDG_DATA_HOME|REGISTRY_AUTH_FILE|DOCKER_CONFIG|DOCKER_HOST|CONTAINERS_STORAGE_CONF|SSL_CERT_FILE|SSL_CERT_DIR|(https?|no|all)_proxy|(HTTPS?|NO|ALL)_PROXY)$/;

/**
 * skopeo with this host's settings.
 *
 * @param platform whose image of a list is meant
 * @throws PROGRAM_MISSING
 */
export function hostSkopeo(deps: ImageDeps, platform: PullOptions["platform"] = {}): Skopeo {
  const { files, processes, system } = deps.host;
  const fromPath = (system.env["PATH"] ?? "").split(":").filter((directory) => directory.startsWith("/"));
  const path = processes.find("skopeo", [...deps.config.helperDirs, ...fromPath, "/usr/bin"]);
  if (path === undefined) throw fail("PROGRAM_MISSING", { program: "skopeo", package: "skopeo" });
  const home = system.env["HOME"];
  const policies = [
    ...(home === undefined ? [] : [join(home, ".config/containers/policy.json")]),
    "/etc/containers/policy.json",
  ];
  const registriesConf = system.env["CONTAINERS_REGISTRIES_CONF"];
  return openSkopeo({
    processes,
    path,
    env: { ...Object.fromEntries(Object.entries(system.env).filter(([name]) => PASSED.test(name))), LC_ALL: "C" },
    global: {
      insecurePolicy: policies.every((policy) => files.readTextIfExists(policy) === undefined),
      // skopeo itself does not look at the variable.
      ...(registriesConf === undefined || registriesConf === "" ? {} : { registriesConf }),
      ...(platform.os === undefined ? {} : { os: platform.os }),
      ...(platform.architecture === undefined ? {} : { architecture: platform.architecture }),
      ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    },
  });
}

type Access = Pick<PullOptions, "tlsVerify" | "authFile" | "credentials" | "certDir">;

/**
 * How to reach a registry. Credentials go through a file that only this user can read: arguments can be seen by all.
 *
 * @param registry host with port that the credentials are for
 */
export function accessOf(
  deps: ImageDeps,
  work: Workspace,
  request: Access & { readonly registry: string },
): AccessOptions {
  const { tlsVerify, certDir, credentials } = request;
  const authFile = credentials === undefined ? request.authFile : writeCredentials(deps, work, request);
  return {
    ...(tlsVerify === undefined ? {} : { tlsVerify }),
    ...(certDir === undefined ? {} : { certDir }),
    ...(authFile === undefined ? {} : { authFile }),
  };
}

function writeCredentials(
  deps: ImageDeps,
  work: Workspace,
  request: { readonly credentials?: string; readonly registry: string },
): string {
  const path = work.temporaryPath();
  const auth = Buffer.from(request.credentials ?? "", "utf8").toString("base64");
  deps.host.files.createExclusive(path, JSON.stringify({ auths: { [request.registry]: { auth } } }), { mode: 0o600 });
  return path;
}
