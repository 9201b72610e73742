import type { ContainerConfig, Dependency } from "../model/container.ts";
import type { ResolveInput } from "./inputs.ts";
import { findDonor, invalid } from "./invalid.ts";

const CONDITIONS = ["started", "healthy", "ready", "completed"];

/**
 * Looks up the containers that the options name as dependencies.
 *
 * @throws NO_SUCH_DONOR for an unknown one, INVALID_ARGUMENT for a condition that it can never meet
 */
export function resolveDependencies(input: ResolveInput): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  for (const option of input.options.dependsOn ?? []) {
    const context = `"${option.container}" is not a valid container, cannot be used as a dependency`;
    const target = findDonor(input.containers, option.container, context);
    const condition = option.condition ?? "started";
    if (!CONDITIONS.includes(condition))
      throw invalid(`invalid dependency condition "${condition}": choose started, healthy, ready or completed`);
    checkCondition(target, condition);
    found.set(`${target.id} ${condition}`, {
      id: target.id,
      condition,
      ...(option.timeoutSeconds === undefined ? {} : { timeoutSeconds: option.timeoutSeconds }),
    });
  }
  return [...found.values()];
}

function checkCondition(target: ContainerConfig, condition: string): void {
  if (condition === "healthy" && target.health === undefined)
    throw invalid(
      `container ${target.name} has no health check, so nothing can wait until it is healthy: invalid argument`,
    );
  if (condition === "ready" && target.readiness === undefined && target.health === undefined)
    throw invalid(
      `container ${target.name} has no readiness check, so nothing can wait until it is ready: invalid argument`,
    );
}

/** Ids that the definition names, with the container behind each. */
function namedContainers(config: ContainerConfig, input: ResolveInput): readonly ContainerConfig[] {
  const infra = input.pod?.infra;
  const donors = Object.values(config.namespaces).flatMap((n) => (n.mode === "container" ? [n.id] : []));
  const ids = new Set([...donors, ...config.dependsOn.map((d) => d.id)]);
  return [...ids].map((id) => (infra !== undefined && infra.id === id ? infra : input.containers(id)));
}

/**
 * Checks where dependencies may lead (spec/pods.md 4.1): a pod's members depend on members of the same pod, containers
 * outside of pods on containers outside, nothing on itself.
 *
 * @throws INVALID_ARGUMENT with podman's words
 */
export function checkDependencyScope(config: ContainerConfig, input: ResolveInput): void {
  for (const target of namedContainers(config, input)) {
    if (target.id === config.id) throw invalid(`container ${config.id} cannot depend on itself: invalid argument`);
    if (config.pod === undefined && target.pod !== undefined)
      throw invalid(
        `container ${config.id} depends on container ${target.id} which is in a pod - containers not in pods cannot depend on containers in pods: invalid argument`,
      );
    if (config.pod === undefined || target.pod === config.pod) continue;
    throw invalid(
      config.isInfra
        ? `container ${config.id} depends on container ${target.id} which is not in pod ${config.pod}: invalid argument`
        : `running container create option: container has joined pod ${config.pod} and dependency container ${target.id} is not a member of the pod: invalid argument`,
    );
  }
}
