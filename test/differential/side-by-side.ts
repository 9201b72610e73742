import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";
import { type Need, needs, unless } from "../support/needs.ts";
import { openPodman, ulimitSetting } from "../support/podman.ts";
import { type CommonDifference, CommonDifferences, compareObservations } from "./compare.ts";
import { observe } from "./observe.ts";
import type { Scenario } from "./scenario.ts";

/** In continuous integration a missing podman is a failure, not a skip. */
const REQUIRED: readonly Need[] = process.env["CI"] ? [] : [needs.root, needs.program("podman")];

/** What Debian's podman grants: more than podman itself, and minke. */
const CAPABILITIES = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];
/** What makes minke's containers like podman's, so that the same fields mean the same. */
const SETTINGS = ["[containers]", ulimitSetting(), `default_capabilities = ${JSON.stringify(CAPABILITIES)}`, ""];

/**
 * Registers a test for each scenario: played on both engines at once, each engine empty before and after it.
 *
 * @param differences what may differ in any of them; each must be met at least once
 */
export function compareWithPodman(scenarios: readonly Scenario[], differences: readonly CommonDifference[] = []): void {
  const common = new CommonDifferences(differences);
  let played = 0;
  const options = unless(...REQUIRED);
  let engines: { readonly podman: EngineCli; readonly minke: EngineCli } | undefined;

  before(async () => {
    if (options.skip !== undefined) return;
    const [podman, minke] = await Promise.all([openPodman(), openSandbox({ config: SETTINGS.join("\n") })]);
    engines = { podman, minke };
  });
  after(async () => {
    await Promise.all([engines?.podman[Symbol.asyncDispose](), engines?.minke[Symbol.asyncDispose]()]);
  });

  for (const scenario of scenarios) {
    test(scenario.name, options, async () => {
      assert.ok(engines);
      const [podman, minke] = await Promise.all([observe(engines.podman, scenario), observe(engines.minke, scenario)]);
      const problems = compareObservations(scenario, { podman, minke }, common);
      played += 1;
      assert.ok(problems.length === 0, `\n    ${problems.join("\n    ")}\n`);
    });
  }

  if (differences.length > 0)
    test("every common difference is still there", options, () => {
      if (played === scenarios.length) assert.deepEqual(common.unmet, []);
    });
}
