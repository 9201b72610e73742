import { HostError } from "../../base/host-error.ts";
import type { Netlink, NetlinkSocket } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import {
  addressMessage,
  attributesOf,
  IFLA,
  LINK_PART,
  type LinkFacts,
  linkMessage,
  parseRequest,
  type Request,
  textOf,
} from "./route-messages.ts";
import type { FakeNode } from "./tree.ts";

const NLM_F_DUMP = 0x300;
const NLM_F_EXCL = 0x200;
const NO_MAC = new Uint8Array(6);

interface FakeLink {
  readonly index: number;
  readonly stack: FakeStack;
  name: string;
  readonly kind: string;
  readonly mac: Uint8Array;
  isUp: boolean;
  readonly mtu: number;
  peer: FakeLink | undefined;
  group: number;
  readonly master: number;
}

/** Interfaces, addresses and routes of one network namespace. */
export class FakeStack {
  readonly links = new Map<number, FakeLink>();
  /** `INDEX HEX/PREFIX`. */
  readonly addresses = new Set<string>();
  /** Hexadecimal gateways of default routes. */
  readonly routes: string[] = [];
  #last = 0;

  constructor() {
    this.add({ name: "lo", kind: "", mac: NO_MAC, mtu: 65536, master: 0 });
  }

  add(parts: Pick<FakeLink, "name" | "kind" | "mac" | "mtu" | "master">): FakeLink {
    this.#last += 1;
    const link: FakeLink = { ...parts, index: this.#last, stack: this, isUp: false, peer: undefined, group: 0 };
    this.links.set(link.index, link);
    return link;
  }

  find(which: Request): FakeLink {
    const name = textOf(which.attributes.get(IFLA.name));
    const link =
      which.index === 0 ? [...this.links.values()].find((one) => one.name === name) : this.links.get(which.index);
    if (link === undefined) throw new HostError("ENODEV", "netlink", "rtnetlink");
    return link;
  }
}

/** The links of all namespaces of a fake machine. */
export class FakeNetlink implements Netlink {
  /** The host's own interfaces. */
  readonly host = new FakeStack();
  readonly #kernel: FakeKernel;
  readonly #stacks = new Map<FakeNode, FakeStack>();
  readonly #descriptors = new Map<number, FakeNode>();
  #current: FakeNode | undefined;
  #macs = 0;

  constructor(kernel: FakeKernel) {
    this.#kernel = kernel;
  }

  /** Interfaces of the namespace that is bound to a path. */
  stackAt(path: string): FakeStack {
    return this.#stackOf(this.#kernel.tree.find("open", path, true));
  }

  open(): NetlinkSocket {
    const stack = this.#stackOf(this.#current);
    return {
      request: (message) => this.#request(stack, parseRequest(message)),
      [Symbol.dispose]: () => {},
    };
  }

  /** Runs something in a namespace. */
  inside<T>(namespace: FakeNode, body: () => T): T {
    const before = this.#current;
    this.#current = namespace;
    try {
      return body();
    } finally {
      this.#current = before;
    }
  }

  /** A descriptor of a namespace. */
  describe(namespace: FakeNode): { readonly fd: number } & Disposable {
    const fd = this.#kernel.openDescriptor(() => void this.#descriptors.delete(fd));
    this.#descriptors.set(fd, namespace);
    return { fd, [Symbol.dispose]: () => this.#kernel.closeDescriptor(fd) };
  }

  /** What becomes of its interfaces when a namespace ends. */
  destroy(namespace: FakeNode): void {
    for (const link of this.#stacks.get(namespace)?.links.values() ?? []) this.#remove(link);
    this.#stacks.delete(namespace);
  }

  #stackOf(namespace: FakeNode | undefined): FakeStack {
    if (namespace === undefined) return this.host;
    const stack = this.#stacks.get(namespace) ?? new FakeStack();
    this.#stacks.set(namespace, stack);
    return stack;
  }

  #request(stack: FakeStack, request: Request): readonly Uint8Array[] {
    const isDump = (request.flags & NLM_F_DUMP) === NLM_F_DUMP;
    switch (request.type) {
      case 18:
        return (isDump ? [...stack.links.values()] : [stack.find(request)]).map((link) => linkMessage(factsOf(link)));
      case 16:
        this.#create(stack, request);
        return [];
      case 17:
        this.#delete(stack, request);
        return [];
      case 19:
        this.#change(stack.find(request), request);
        return [];
      case 20:
        this.#addAddress(stack, request);
        return [];
      case 22:
        return [...stack.addresses].map((key) => {
          const [, index, address = "", prefix] = /^(\d+) ([0-9a-f]+)\/(\d+)$/.exec(key) ?? [];
          return addressMessage(Buffer.from(address, "hex"), { index: Number(index), prefix: Number(prefix) });
        });
      case 24:
        this.#kernel.effect("netlink", "addRoute", "default");
        stack.routes.push(request.attributes.get(5)?.toString("hex") ?? "");
        return [];
      default:
        throw new HostError("EOPNOTSUPP", "netlink", "rtnetlink");
    }
  }

  #delete(stack: FakeStack, request: Request): void {
    const group = request.index === 0 ? request.attributes.get(IFLA.group)?.readUInt32LE() : undefined;
    const doomed = group === undefined ? [stack.find(request)] : stack.links.values().toArray();
    for (const link of doomed.filter((one) => group === undefined || one.group === group)) {
      this.#kernel.effect("netlink", "deleteLink", link.name);
      this.#remove(link);
    }
  }

  #change(link: FakeLink, request: Request): void {
    this.#kernel.effect("netlink", "setLink", link.name);
    link.isUp = request.isUp || link.isUp;
    link.group = request.attributes.get(IFLA.group)?.readUInt32LE() ?? link.group;
  }

  #addAddress(stack: FakeStack, request: Request): void {
    const link = stack.find(request);
    this.#kernel.effect("netlink", "addAddress", link.name);
    const key = `${link.index} ${request.attributes.get(2)?.toString("hex")}/${request.body[1]}`;
    if (stack.addresses.has(key)) throw new HostError("EEXIST", "netlink", "rtnetlink");
    stack.addresses.add(key);
  }

  #create(stack: FakeStack, request: Request): void {
    const info = attributesOf(request.attributes.get(IFLA.linkInfo) ?? Buffer.alloc(0));
    const kind = textOf(info.get(1)) ?? "";
    if (kind !== "bridge" && kind !== "veth") throw new HostError("EOPNOTSUPP", "netlink", "rtnetlink");
    const name = textOf(request.attributes.get(IFLA.name)) ?? freeName(stack);
    this.#kernel.effect("netlink", "newLink", kind === "bridge" ? name : "veth");
    const mtu = request.attributes.get(IFLA.mtu)?.readUInt32LE() ?? 1500;
    const master = request.attributes.get(IFLA.master)?.readUInt32LE() ?? 0;
    if (master !== 0 && !stack.links.has(master)) throw new HostError("ENODEV", "netlink", "rtnetlink");
    const peer = kind === "veth" ? attributesOf(info.get(2) ?? Buffer.alloc(0)).get(1) : undefined;
    const other = peer && attributesOf(peer.subarray(LINK_PART));
    const otherStack = other && this.#stackOf(this.#descriptors.get(other.get(IFLA.namespace)?.readUInt32LE() ?? 0));
    const otherName = other && (textOf(other.get(IFLA.name)) ?? freeName(otherStack ?? stack));
    for (const [where, what] of [
      [stack, name],
      [otherStack, otherName],
    ] as const)
      if ([...(where?.links.values() ?? [])].some((link) => link.name === what) && request.flags & NLM_F_EXCL)
        throw new HostError("EEXIST", "netlink", "rtnetlink");
    const own = stack.add({ name, kind, mac: this.#mac(), mtu, master });
    this.#show(own);
    if (!otherStack || otherName === undefined) return;
    const mac = other?.get(IFLA.address) ?? this.#mac();
    own.peer = otherStack.add({ name: otherName, kind, mac, mtu, master: 0 });
    own.peer.peer = own;
    this.#show(own.peer);
  }

  #mac(): Uint8Array {
    this.#macs += 1;
    return Uint8Array.of(0x02, 0, 0, 0, this.#macs >> 8, this.#macs & 0xff);
  }

  #remove(link: FakeLink): void {
    if (!link.stack.links.delete(link.index)) return;
    if (link.stack === this.host) this.#classDirectory().entries.delete(link.name);
    for (const address of link.stack.addresses)
      if (address.startsWith(`${link.index} `)) link.stack.addresses.delete(address);
    if (link.peer) this.#remove(link.peer);
  }

  /** The host's interfaces are also seen in sysfs. */
  #show(link: FakeLink): void {
    if (link.stack !== this.host) return;
    const { tree } = this.#kernel;
    const directory = this.#classDirectory();
    tree.attach(directory, link.name, tree.make("directory", 0o755));
  }

  #classDirectory(): FakeNode {
    const { tree } = this.#kernel;
    for (const path of ["/sys/class", "/sys/class/net"])
      if (tree.look("stat", path, true).node === undefined) tree.put("mkdir", path, tree.make("directory", 0o755));
    return tree.find("stat", "/sys/class/net", true);
  }
}

function factsOf(link: FakeLink): LinkFacts {
  return { ...link, peer: link.peer?.index ?? 0 };
}

function freeName(stack: FakeStack): string {
  const names = new Set([...stack.links.values()].map((link) => link.name));
  for (let number = 0; ; number++) if (!names.has(`veth${number}`)) return `veth${number}`;
}
