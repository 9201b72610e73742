import type { ContainerConfig } from "../model/container.ts";
import type { ContainerAction, EventSubject } from "../model/events.ts";
import type { PodConfig } from "../model/pod.ts";

type ContainerEvent = Extract<EventSubject, { type: "container" }>;
type PodEvent = Extract<EventSubject, { type: "pod" }>;

/** The image name that events and listings show. */
export function imageNameOf(config: ContainerConfig): string {
  switch (config.rootfs.kind) {
    case "image":
      return config.rootfs.imageName;
    case "path":
      return config.rootfs.path;
    case "pause":
      return "";
  }
}

/** An event of a container, with what podman's record carries (spec/pods.md 7.1). */
export function containerEvent(
  config: ContainerConfig,
  action: ContainerAction,
  extra: Partial<Pick<ContainerEvent, "exitCode" | "health" | "execId">> = {},
): ContainerEvent {
  return {
    type: "container",
    action,
    id: config.id,
    name: config.name,
    image: imageNameOf(config),
    ...(config.pod === undefined ? {} : { podId: config.pod }),
    labels: config.labels,
    ...extra,
  };
}

/** An event of a pod. */
export function podEvent(config: PodConfig, action: PodEvent["action"]): PodEvent {
  return { type: "pod", action, id: config.id, name: config.name, labels: config.labels };
}
