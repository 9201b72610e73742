import { HostError } from "../../base/host-error.ts";
import type { NetworkNamespaces, TcpQuestion, TcpTarget } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";

/** Answers a request with its first line; undefined never answers. */
export type FakeService = (request: string) => string | undefined;

/** What listens inside of fake network namespaces, by the path that leads to the namespace. */
export class FakeTcpServices {
  readonly #kernel: FakeKernel;
  readonly #services = new Map<string, FakeService>();

  constructor(kernel: FakeKernel) {
    this.#kernel = kernel;
  }

  /** Listens until disposed. */
  listen(path: string, target: TcpTarget, service: FakeService): Disposable {
    const key = keyOf(path, target);
    this.#services.set(key, service);
    return { [Symbol.dispose]: () => void this.#services.delete(key) };
  }

  readonly askTcp: NetworkNamespaces["askTcp"] = async (path: string, target: TcpTarget, question: TcpQuestion) => {
    question.signal?.throwIfAborted();
    this.#kernel.effect("namespaces", "askTcp", path);
    const name = `${target.ip}:${target.port}`;
    if (this.#kernel.tree.look("open", path, true).node === undefined) throw new HostError("ENOENT", "open", path);
    const service = this.#services.get(keyOf(path, target));
    if (service === undefined) throw new HostError("ECONNREFUSED", "connect", name);
    if (question.request === undefined) return "";
    const answer = service(question.request);
    if (answer !== undefined) return answer;
    await this.#kernel.clock.sleep(
      question.timeoutMs,
      question.signal === undefined ? {} : { signal: question.signal },
    );
    throw new HostError("ETIMEDOUT", "connect", name);
  };
}

const keyOf = (path: string, { ip, port }: TcpTarget) => `${path} ${ip} ${port}`;
