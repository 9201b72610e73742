import { fail } from "../../base/errors.ts";
import type { DeviceRate, HostDevice } from "../container.ts";
import { parseSize } from "./sizes.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const isPermissions = (text: string) => /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length;

/** One value of `--device`: `host[:container][:permissions]`. Throws INVALID_ARGUMENT with podman's text. */
export function parseDevice(text: string): HostDevice {
  const [source = "", second, third, ...more] = text.split(":");
  if (more.length > 0) throw refuse(`invalid device specification: ${text}`);
  if (third !== undefined && !isPermissions(third)) throw refuse(`invalid device mode: ${third}`);
  if (second === undefined || second === "") return { source, destination: source, permissions: third ?? "rwm" };
  if (isPermissions(second) && third === undefined) return { source, destination: source, permissions: second };
  if (!second.startsWith("/")) throw refuse(`invalid device mode: ${second}`);
  return { source, destination: second, permissions: third ?? "rwm" };
}

function splitRate(text: string): { readonly path: string; readonly value: string } {
  const at = text.indexOf(":");
  if (at < 0) throw refuse(`bad format: ${text}`);
  if (!text.startsWith("/dev/")) throw refuse(`bad format for device path: ${text}`);
  return { path: text.slice(0, at), value: text.slice(at + 1) };
}

/** One value of `--device-read-bps` and kin: `/dev/sda:1mb`, bytes a second. Throws INVALID_ARGUMENT. */
export function parseDeviceBytes(text: string): DeviceRate {
  const { path, value } = splitRate(text);
  try {
    return { path, rate: parseSize(value) };
  } catch {
    throw refuse(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb`,
    );
  }
}

/** One value of `--device-read-iops` and kin: `/dev/sda:1000`, operations a second. Throws INVALID_ARGUMENT. */
export function parseDeviceOperations(text: string): DeviceRate {
  const { path, value } = splitRate(text);
  if (!/^\d+$/.test(value))
    throw refuse(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>. Number must be a positive integer`,
    );
  return { path, rate: Number(value) };
}

/** One value of `--blkio-weight-device`: `/dev/sda:100`. Throws INVALID_ARGUMENT. */
export function parseDeviceWeight(text: string): { readonly path: string; readonly weight: number } {
  const { path, value } = splitRate(text);
  const weight = /^\d+$/.test(value) ? Number(value) : 0;
  if (weight < 10 || weight > 1000) throw refuse(`invalid weight for device: ${text}`);
  return { path, weight };
}

/** Checks one value of `--device-cgroup-rule`: `c 1:3 mr`. Throws INVALID_ARGUMENT. */
export function parseDeviceCgroupRule(text: string): string {
  const [type = "", numbers = "", access = "", ...more] = text.split(" ");
  if (more.length > 0 || access === "" || !/^(\d+|\*):(\d+|\*)$/.test(numbers) || !isPermissions(access))
    throw refuse(`invalid device cgroup rule requires type, major:Minor, and access rules: "${text}"`);
  if (!["a", "b", "c"].includes(type)) throw refuse(`invalid device type in device-access-add: ${type}`);
  return text;
}
