import { isHostError } from "../../base/host-error.ts";
import type { ContainerConfig, HealthCheck, Probe } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { ProbeResult } from "../../model/health.ts";
import type { EngineDeps } from "../deps.ts";
import { execProbe } from "./probe-exec.ts";

export interface ProbeRequest {
  readonly config: ContainerConfig;
  readonly state: BootState;
  readonly check: HealthCheck;
  readonly signal?: AbortSignal;
}

type Finding = Pick<ProbeResult, "exitCode" | "output">;

/**
 * Probes a running container once; what takes longer than the check's timeout is ended.
 *
 * @throws CONTAINER_STATE if it stopped running, or the signal's reason; a probe that fails is a result
 */
export async function probeOnce(deps: EngineDeps, request: ProbeRequest): Promise<ProbeResult> {
  const { clock } = deps.host;
  const start = clock.now();
  const finding = await find(deps, request);
  return { start, end: clock.now(), ...finding };
}

async function find(deps: EngineDeps, request: ProbeRequest): Promise<Finding> {
  const { probe } = request.check;
  switch (probe.kind) {
    case "exec":
      return execProbe(deps, request.config.id, { ...request, command: probe.argv });
    case "shell":
      return execProbe(deps, request.config.id, { ...request, command: ["sh", "-c", probe.command] });
    case "tcp":
    case "http":
      return netProbe(deps, request, probe);
  }
}

/** Addresses to try, in order: a service may listen on the loopback only, or on the container's own address only. */
function addressesOf(state: BootState): readonly string[] {
  const own = (state.networks ?? []).flatMap((network) => network.addresses.map((address) => address.ip));
  return ["127.0.0.1", "::1", ...own];
}

type NetProbe = Extract<Probe, { readonly kind: "tcp" | "http" }>;

/** Asks from inside the container's network namespace, so that the image needs no tools. */
async function netProbe(deps: EngineDeps, request: ProbeRequest, probe: NetProbe): Promise<Finding> {
  const { state, check, signal } = request;
  const path = `/proc/${state.process?.pid ?? 0}/ns/net`;
  const deadline = deps.host.clock.monotonic() + check.timeoutSeconds * 1000;
  const refusals: string[] = [];
  for (const ip of addressesOf(state)) {
    const timeoutMs = Math.max(1, deadline - deps.host.clock.monotonic());
    try {
      const line = await deps.host.namespaces.askTcp(
        path,
        { ip, port: probe.port },
        {
          timeoutMs,
          ...(probe.kind === "http" ? { request: httpRequest(probe, ip) } : {}),
          ...(signal === undefined ? {} : { signal }),
        },
      );
      return probe.kind === "tcp" ? { exitCode: 0, output: "" } : judgeHttp(line);
    } catch (error) {
      if (!isHostError(error)) throw error;
      if (error.errno === "ETIMEDOUT") return { exitCode: -1, output: refused(ip, probe.port, error.errno) };
      refusals.push(refused(ip, probe.port, error.errno));
    }
  }
  return { exitCode: 1, output: refusals.join("\n") };
}

function refused(ip: string, port: number, errno: string): string {
  return `connecting to ${ip.includes(":") ? `[${ip}]` : ip}:${port}: ${errno}`;
}

function httpRequest(probe: Extract<Probe, { readonly kind: "http" }>, ip: string): string {
  const host = ip.includes(":") ? `[${ip}]` : ip;
  return `GET ${probe.path} HTTP/1.1\r\nHost: ${host}:${probe.port}\r\nUser-Agent: minke-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

/** A status of 200 to 399 is a success, as for Kubernetes' httpGet probes. */
function judgeHttp(line: string): Finding {
  const status = Number(/^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(line)?.[1] ?? 0);
  const output = line === "" ? "the connection was closed without an answer" : line;
  return { exitCode: status >= 200 && status < 400 ? 0 : 1, output };
}
