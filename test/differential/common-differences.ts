import type { CommonDifference } from "./compare.ts";
import type { Expected } from "./scenario.ts";

const common = (why: string, paths: readonly string[], sides: readonly [podman: Expected, minke: Expected]) =>
  paths.map((path): CommonDifference => ({ path, why, podman: sides[0], minke: sides[1] }));

const PLACES = "each engine keeps its files in places of its own";
const NAMED = "an error names the container that it is about";
const EARLY = "paths are known before the first start";

/** Messages that name more than podman's. */
export const MESSAGES: readonly CommonDifference[] = [
  ...common(
    NAMED,
    ["stderr"],
    [
      /^Error: can only create exec sessions on running containers: container state improper\n$/,
      /^Error: can only create exec sessions on running containers: container <id \S+> is \w+: container state improper\n$/,
    ],
  ),
  ...common(
    NAMED,
    ["stderr"],
    [
      /^Error: unable to restart a container in a paused or unknown state: container state improper\n$/,
      /^Error: unable to restart a container in a paused or unknown state: <id \S+> is paused: container state improper\n$/,
    ],
  ),
];

/** What `inspect` shows of containers. */
export const INSPECT: readonly CommonDifference[] = [
  ...common(EARLY, ["0.ResolvConfPath", "0.HostnamePath", "0.HostsPath"], ["", /^<dir>\/run\/containers\/<id .*>\/\w/]),
  ...common(
    PLACES,
    ["0.HostnamePath", "0.HostsPath"],
    [/^<dir>\/run\/overlay-containers\//, /^<dir>\/run\/containers\/<id .*>\/\w/],
  ),
  ...common(
    PLACES,
    ["0.ConmonPidFile", "0.PidFile"],
    [
      /^<dir>\/run\/overlay-containers\/<id .*>\/userdata\/(conmon\.pid|pidfile)$/,
      /^<dir>\/run\/containers\/<id .*>\/(conmon\.pid|pidfile)$/,
    ],
  ),
  ...common(
    PLACES,
    ["0.OCIConfigPath"],
    [/\/overlay-containers\/.*\/config\.json$/, /\/containers\/<id .*>\/config\.json$/],
  ),
  ...common(PLACES, ["0.OCIConfigPath"], [undefined, /\/containers\/<id .*>\/config\.json$/]),
  ...common(PLACES, ["0.StaticDir"], [/^<dir>\/root\/overlay-containers\//, /^<dir>\/root\/containers\/<id /]),
  ...common(
    PLACES,
    ["0.HostConfig.LogConfig.Path"],
    [/\/userdata\/ctr\.log$/, /^<dir>\/root\/containers\/<id .*>\/ctr\.log$/],
  ),
  ...common(
    PLACES,
    ["0.GraphDriver.Data.UpperDir", "0.GraphDriver.Data.MergedDir"],
    [/^<dir>\/root\/overlay\/<id>\//, /^<dir>\/root\/overlay\/<id .*>\/(upper|merged)$/],
  ),
  ...common(
    PLACES,
    ["0.GraphDriver.Data.LowerDir", "0.GraphDriver.Data.WorkDir"],
    [/^<dir>\/root\/overlay\//, undefined],
  ),
  ...common("annotations are known before the first start", ["0.Config.Annotations.*"], [undefined, /./]),
  ...common("who made it", ["0.Config.Annotations.io_container_manager"], ["libpod", "minke"]),
];
