import assert from "node:assert/strict";
import { test } from "node:test";
import { applyChanges } from "./changes.ts";

test("applies instructions in both of their forms", () => {
  for (const [changes, expected] of [
    [['CMD ["a","b"]'], { Cmd: ["a", "b"] }],
    [["CMD a b"], { Cmd: ["/bin/sh", "-c", "a b"] }],
    [["cmd=/bin/x"], { Cmd: ["/bin/sh", "-c", "/bin/x"] }],
    [["ENTRYPOINT []"], { Entrypoint: [] }],
    [["CMD [bad"], { Cmd: ["/bin/sh", "-c", "[bad"] }],
    [["ENV A=b", "ENV C d e", "ENV A=2", "ENV E"], { Env: ["C=d e", "A=2", "E="] }],
    [['ENV A="x y"'], { Env: ["A=x y"] }],
    [["EXPOSE 80", "EXPOSE 53/UDP"], { ExposedPorts: { "80/tcp": {}, "53/udp": {} } }],
    [['LABEL a="b c"', "LABEL d=e=f"], { Labels: { a: "b c", d: "e=f" } }],
    [["STOPSIGNAL SIGINT"], { StopSignal: "SIGINT" }],
    [["USER 5:6", "WORKDIR /w"], { User: "5:6", WorkingDir: "/w" }],
    [["VOLUME /a /b", 'VOLUME ["/c"]'], { Volumes: { "/a": {}, "/b": {}, "/c": {} } }],
    [["ONBUILD RUN x"], {}],
    [["HEALTHCHECK NONE"], { Healthcheck: { Test: ["NONE"] } }],
    [["HEALTHCHECK CMD curl -f x"], { Healthcheck: { Test: ["CMD-SHELL", "curl -f x"] } }],
    [
      ['HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=2s --retries=4 CMD ["true"]'],
      { Healthcheck: { Test: ["CMD", "true"], Interval: 90e9, Timeout: 5e8, StartPeriod: 2e9, Retries: 4 } },
    ],
  ] as const)
    assert.deepEqual(applyChanges(changes), expected, changes.join("; "));
});

test("refuses an instruction with podman's reason", () => {
  for (const [change, reason] of [
    ["NOPE x", "invalid instruction NOPE"],
    ["CMD", "must be formatted as KEY VALUE"],
    ["", "must be formatted as KEY VALUE"],
    ["LABEL x", "LABEL must be formatted key=value"],
    ["EXPOSE 99999", "EXPOSE port must be a valid port number"],
    ["EXPOSE 80/foo", "EXPOSE protocol must be TCP or UDP"],
    ["EXPOSE abc", 'EXPOSE port must be an integer: "abc"'],
    ["STOPSIGNAL FOO", "KILLSIGNAL must be given a valid signal: invalid signal: FOO"],
    ["HEALTHCHECK curl", 'HEALTHCHECK must be "NONE" or "CMD command"'],
    ["HEALTHCHECK --interval=x CMD a", 'invalid duration "x"'],
    ["HEALTHCHECK --nope=1 CMD a", "HEALTHCHECK does not take --nope=1"],
  ] as const)
    assert.throws(
      () => applyChanges([change]),
      (error) => error instanceof Error && error.message === `invalid change ${JSON.stringify(change)} - ${reason}`,
      change,
    );
});
