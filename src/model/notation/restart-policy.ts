import { fail } from "../../base/errors.ts";
import type { RestartPolicy } from "../container.ts";

const NAMES = ["", "no", "always", "on-failure", "unless-stopped"] as const;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** `--restart`: `no`, `always`, `unless-stopped`, `on-failure[:N]`. Throws INVALID_ARGUMENT with podman's text. */
export function parseRestartPolicy(text: string): RestartPolicy {
  const [word = "", retries, ...more] = text.split(":");
  if (more.length > 0) throw refuse("invalid restart policy: may specify retries at most once");
  if (retries !== undefined && word !== "on-failure")
    throw refuse("restart policy retries can only be specified with on-failure restart policy");
  const name = NAMES.find((known) => known === word);
  if (name === undefined)
    throw refuse(`running container create option: "${text}" is not a valid restart policy: invalid argument`);
  if (retries === undefined) return { name, maxRetries: 0 };
  if (!/^[+-]?\d+$/.test(retries))
    throw refuse(
      `parsing restart policy retry count: strconv.Atoi: parsing ${JSON.stringify(retries)}: invalid syntax`,
    );
  const maxRetries = Number(retries);
  if (maxRetries < 0) throw refuse("must specify restart policy retry count as a number greater than 0");
  return { name, maxRetries };
}

/** The policy in the notation of `--restart`. */
export function formatRestartPolicy(policy: RestartPolicy): string {
  return policy.maxRetries > 0 ? `${policy.name}:${policy.maxRetries}` : policy.name;
}
