import { HostError } from "../../base/host-error.ts";
import { EventQueue } from "../event-queue.ts";
import type { MessageSocket, ReservedPort, Sockets } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import type { FakeNode } from "./tree.ts";

const MAX_MESSAGE = 8192;
const ANY = ["", "0.0.0.0", "::"];

/** The listening side of one connection. */
export interface FakePeer {
  /** What the client sends; ends when it ends its input or leaves. */
  readonly messages: AsyncIterable<Uint8Array>;
  send(message: Uint8Array): void;
  close(): void;
}

/** Sockets of a fake machine. */
export class FakeSockets implements Sockets {
  readonly #kernel: FakeKernel;
  readonly #listeners = new WeakMap<FakeNode, (peer: FakePeer) => void>();
  readonly #ports = new Set<{ readonly protocol: string; readonly ip: string; readonly port: number }>();

  constructor(kernel: FakeKernel) {
    this.#kernel = kernel;
  }

  /** Makes a socket file and accepts everybody. Dispose to stop listening; the file stays. */
  listen(path: string, onConnect: (peer: FakePeer) => void): Disposable {
    const node = this.#kernel.tree.make("socket", 0o700);
    this.#kernel.tree.put("bind", path, node);
    this.#listeners.set(node, onConnect);
    return { [Symbol.dispose]: () => void this.#listeners.delete(node) };
  }

  async connectSeqpacket(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<MessageSocket> {
    options.signal?.throwIfAborted();
    this.#kernel.effect("sockets", "connect", path);
    const onConnect = this.#listeners.get(this.#kernel.tree.find("connect", path, true));
    if (onConnect === undefined) throw new HostError("ECONNREFUSED", "connect", path);
    const [toClient, toPeer] = [new EventQueue<Uint8Array>(), new EventQueue<Uint8Array>()];
    onConnect({
      messages: toPeer,
      send: (message) => toClient.push(message.slice()),
      close: () => {
        toClient.end();
        toPeer.end();
      },
    });
    return {
      messages: toClient,
      send: async (message) => {
        if (message.byteLength > MAX_MESSAGE) throw new RangeError(`a message has at most ${MAX_MESSAGE} bytes`);
        if (message.byteLength > 0) toPeer.push(message.slice());
      },
      endInput: () => toPeer.end(),
      [Symbol.asyncDispose]: async () => {
        toPeer.end();
        toClient.end();
      },
    };
  }

  reservePort(protocol: "tcp" | "udp" | "sctp", ip: string, port: number): ReservedPort {
    const name = `${ip || "0.0.0.0"}:${port}`;
    this.#kernel.effect("sockets", "reservePort", name);
    const isV6 = (address: string) => address.includes(":");
    const taken = [...this.#ports].some(
      (other) =>
        other.protocol === protocol &&
        other.port === port &&
        isV6(other.ip) === isV6(ip) &&
        (other.ip === ip || ANY.includes(ip) || ANY.includes(other.ip)),
    );
    if (taken) throw new HostError("EADDRINUSE", "bind", name);
    const held = { protocol, ip, port };
    this.#ports.add(held);
    const fd = this.#kernel.openDescriptor(() => this.#ports.delete(held));
    let open = true;
    return {
      fd,
      [Symbol.dispose]: () => {
        if (open) this.#kernel.closeDescriptor(fd);
        open = false;
      },
    };
  }
}
