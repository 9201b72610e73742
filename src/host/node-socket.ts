import { builtin } from "./builtin.ts";
import type { LoopSocket, SocketEvents } from "./loop-socket.ts";

interface PipeHandle {
  open(fd: number): number | undefined;
}

interface PipeWrap {
  readonly Pipe: new (type: number) => PipeHandle;
  readonly constants: { readonly SOCKET: number };
}

/**
 * Hands a connected nonblocking socket to Node's event loop, which reads one message per event.
 *
 * `new net.Socket({ fd })` refuses SOCK_SEQPACKET, the handle underneath takes it; only an old binding reaches that one.
 *
 * @param fd owned by the result from now on
 */
export function openNodeSocket(fd: number, events: SocketEvents): LoopSocket {
  const { binding } = process as unknown as { binding(name: "pipe_wrap"): PipeWrap };
  const { Pipe, constants } = binding.call(process, "pipe_wrap");
  const handle = new Pipe(constants.SOCKET);
  handle.open(fd);
  const options: object = { handle, allowHalfOpen: true };
  const socket = new (builtin.net().Socket)(options);
  socket.on("data", (data: Uint8Array) => events.data(data));
  socket.on("end", () => events.close());
  socket.on("close", () => events.close());
  // A reset means that conmon died: the end of the session.
  socket.on("error", () => events.close());
  socket.resume();
  // One at a time: Node joins writes that wait into a single one, and so into a single message.
  let last = Promise.resolve();
  const write = (message: Uint8Array) => {
    last = last.then(() => new Promise((resolve) => void socket.write(message, () => resolve())));
    return last;
  };
  return {
    write,
    shutdownWrite: () => void socket.end(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.destroy(),
    unref: () => void socket.unref(),
  };
}
