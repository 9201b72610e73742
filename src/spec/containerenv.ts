import type { ContainerConfig } from "../model/container.ts";

/**
 * Text of /run/.containerenv: empty for most containers; a privileged one learns who it is, as podman's does
 * (spec/components.md 4.2).
 *
 * @param engine.version this engine's version
 */
export function renderContainerenv(
  config: ContainerConfig,
  engine: { readonly version: string; readonly rootless: boolean },
): string {
  if (!config.security.privileged) return "";
  const image = config.rootfs.kind === "image" ? config.rootfs : { imageName: "", imageId: "" };
  const lines: readonly (readonly [string, string])[] = [
    ["engine", `minke-${engine.version}`],
    ["name", config.name],
    ["id", config.id],
    ["image", image.imageName],
    ["imageid", image.imageId],
  ];
  const quoted = lines.map(([key, value]) => `${key}=${JSON.stringify(value)}\n`).join("");
  return `${quoted}rootless=${engine.rootless ? 1 : 0}\n`;
}
