import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { convertSeccomp } from "./seccomp.ts";

const ON = { architecture: "amd64", capabilities: ["CAP_SYS_ADMIN"] };
const rule = (names: readonly string[], more = {}) => ({ names, action: "SCMP_ACT_ALLOW", ...more });

describe("convertSeccomp", () => {
  it("keeps the rules that fit architecture and capabilities", () => {
    const profile = {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrno: "ENOSYS",
      defaultErrnoRet: 1,
      archMap: [
        { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
        { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] },
      ],
      syscalls: [
        rule(["read"], { comment: "dropped", includes: {}, excludes: {}, args: [] }),
        rule(["held"], { includes: { caps: ["CAP_SYS_ADMIN"] } }),
        rule(["notHeld"], { includes: { caps: ["CAP_SYS_ADMIN", "CAP_BPF"] } }),
        rule(["excludedByCap"], { excludes: { caps: ["CAP_BPF", "CAP_SYS_ADMIN"] } }),
        rule(["thisArch"], { includes: { arches: ["amd64"] } }),
        rule(["otherArch"], { includes: { arches: ["s390x"] } }),
        rule(["excludedByArch"], { excludes: { arches: ["amd64"] } }),
        {
          name: "personality",
          action: "SCMP_ACT_ERRNO",
          errno: "EPERM",
          args: [{ index: 0, value: 4_294_967_295, valueTwo: 0, op: "SCMP_CMP_EQ" }],
        },
        rule(["masked"], { errnoRet: 5, args: [{ index: 1, value: 1, valueTwo: 2, op: "SCMP_CMP_MASKED_EQ" }] }),
      ],
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
      listenerPath: "/l",
      listenerMetadata: "m",
    };
    assert.deepEqual(convertSeccomp(profile, ON), {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 38,
      architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
      listenerPath: "/l",
      listenerMetadata: "m",
      syscalls: [
        rule(["read"]),
        rule(["held"]),
        rule(["thisArch"]),
        {
          names: ["personality"],
          action: "SCMP_ACT_ERRNO",
          errnoRet: 1,
          args: [{ index: 0, value: 4_294_967_295, op: "SCMP_CMP_EQ" }],
        },
        rule(["masked"], { errnoRet: 5, args: [{ index: 1, value: 1, valueTwo: 2, op: "SCMP_CMP_MASKED_EQ" }] }),
      ],
    });
  });

  const broken: readonly (readonly [unknown, RegExp])[] = [
    [null, /profile must be an object/],
    [[], /profile must be an object/],
    [{}, /defaultAction is missing/],
    [{ defaultAction: "x", architectures: ["a"], archMap: [{}] }, /both 'architectures' and 'archMap'/],
    [{ defaultAction: "x", syscalls: [{ name: "a", names: ["b"] }] }, /'name' and 'names'/],
    [{ defaultAction: "x", syscalls: [{ name: "a", errno: "EWHAT" }] }, /unknown errno EWHAT/],
    [{ defaultAction: "x", syscalls: {} }, /syscalls must be a list/],
    [{ defaultAction: "x", syscalls: [{ names: [1] }] }, /names must hold strings/],
    [{ defaultAction: "x", syscalls: [{ name: "a", args: [{ index: -1 }] }] }, /index must be a whole number/],
  ];
  for (const [profile, message] of broken)
    it(`refuses ${JSON.stringify(profile)}`, () => assert.throws(() => convertSeccomp(profile, ON), message));
});
