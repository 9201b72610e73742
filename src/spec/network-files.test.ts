import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderContainerenv } from "./containerenv.ts";
import { inputOf } from "./fakes/inputs.ts";
import { addHostsEntry, removeHostsEntry, renderHosts } from "./hosts-file.ts";
import { hostResolvConfPath, type ResolvConfInput, renderResolvConf } from "./resolv-conf.ts";
import { resolveContainer } from "./resolve-container.ts";

describe("renderHosts", () => {
  it("lets the user's and the base file's lines stand, and adds only new names", () => {
    const text = renderHosts({
      base: "127.0.0.1 localhost # comment\n# all comment\n127.0.0.1 vm\n",
      addHosts: ["a:1.2.3.4", "a:1.2.3.5", "vm:1.1.1.1", "b;c:::1", "gw:host-gateway"],
      hostGateway: "10.88.0.1",
      own: [{ ip: "10.88.0.43", names: ["hh", "vm"] }],
    });
    assert.deepEqual(text.split("\n"), [
      "1.2.3.4\ta",
      "1.2.3.5\ta",
      "1.1.1.1\tvm",
      "::1\tb c",
      "10.88.0.1\tgw",
      "127.0.0.1\tlocalhost",
      "127.0.0.1\tvm",
      "10.88.0.1\thost.containers.internal",
      "10.88.0.43\thh",
      "",
    ]);
  });

  it("names localhost for both families where the base does not", () => {
    const own = [{ ip: "127.0.0.1", names: ["h", "n"] }];
    const text = renderHosts({ base: "", addHosts: [], own });
    assert.equal(text, "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.0.1\th n\n");
  });
});

describe("entries of pod members", () => {
  const infra = "127.0.0.1\tlocalhost\n10.88.0.2\tpd pd-infra\n";
  const member = { ip: "127.0.0.1", names: ["pd", "web"] };

  it("come and go without a trace", () => {
    const text = addHostsEntry(infra, member);
    assert.equal(text, `${infra}127.0.0.1\tweb\n`);
    assert.equal(addHostsEntry(text, member), text);
    assert.equal(removeHostsEntry(text, { ...member, names: ["web"] }), infra);
  });

  it("leave other names of a line alone", () => {
    assert.equal(
      removeHostsEntry("127.0.0.1\ta b\n::1\ta\n", { ip: "127.0.0.1", names: ["a"] }),
      "127.0.0.1\tb\n::1\ta\n",
    );
  });
});

describe("renderResolvConf", () => {
  const input: ResolvConfInput = {
    host: "nameserver 127.0.0.53\nnameserver 10.0.0.1\nnameserver fe80::1\nsearch example.org\noptions edns0\n",
    servers: [],
    search: [],
    options: [],
    networkServers: [],
    networkSearch: [],
    ownNetns: true,
    ipv6: false,
  };
  const cases: readonly (readonly [string, Partial<ResolvConfInput>, string])[] = [
    ["drops what the container can't reach", {}, "search example.org\nnameserver 10.0.0.1\noptions edns0\n"],
    [
      "keeps everything with the host's network",
      { ownNetns: false },
      "search example.org\nnameserver 127.0.0.53\nnameserver 10.0.0.1\nnameserver fe80::1\noptions edns0\n",
    ],
    [
      "puts the network's servers first",
      { networkServers: ["10.89.0.1"], networkSearch: ["dns.podman"], ipv6: true },
      "search dns.podman example.org\nnameserver 10.89.0.1\nnameserver 10.0.0.1\nnameserver fe80::1\noptions edns0\n",
    ],
    [
      "uses the user's servers alone",
      { servers: ["1.2.3.4"], search: ["a.b"], options: ["ndots:2"], networkServers: ["10.89.0.1"] },
      "search a.b\nnameserver 1.2.3.4\noptions ndots:2\n",
    ],
    ["clears the search list with a dot", { search: ["."] }, "nameserver 10.0.0.1\noptions edns0\n"],
    ["falls back to public servers", { host: "nameserver ::1\n" }, "nameserver 8.8.8.8\nnameserver 8.8.4.4\n"],
  ];
  for (const [name, change, text] of cases)
    it(name, () => assert.equal(renderResolvConf({ ...input, ...change }), text));

  it("looks behind a local stub resolver", () => {
    assert.equal(hostResolvConfPath("nameserver 127.0.0.53\n", true), "/run/systemd/resolve/resolv.conf");
    assert.equal(hostResolvConfPath("nameserver 127.0.0.1\n", true), "/run/NetworkManager/no-stub-resolv.conf");
    assert.equal(hostResolvConfPath("nameserver 127.0.0.53\n", false), "/etc/resolv.conf");
    assert.equal(hostResolvConfPath("nameserver 127.0.0.53\nnameserver 1.1.1.1\n", true), "/etc/resolv.conf");
  });
});

describe("renderContainerenv", () => {
  const engine = { version: "1.2.3", rootless: false };
  it("is empty, but for privileged containers", () => {
    assert.equal(renderContainerenv(resolveContainer(inputOf()).config, engine), "");
    const text = renderContainerenv(resolveContainer(inputOf({ privileged: true })).config, engine);
    assert.match(
      text,
      /^engine="minke-1\.2\.3"\nname="web"\nid="c{64}"\nimage="localhost\/t:1"\nimageid="e{64}"\nrootless=0\n$/,
    );
  });
});
