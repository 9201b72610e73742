/** What happens on a connected socket. */
export interface SocketEvents {
  readonly data: (message: Uint8Array) => void;
  /** The other side sends no more, or is gone. May come twice. */
  readonly close: () => void;
}

/** A connected message socket in the event loop of the runtime. */
export interface LoopSocket {
  /** Resolves when the kernel took the whole message. */
  write(message: Uint8Array): Promise<void>;
  /** SHUT_WR. */
  shutdownWrite(): void;
  pause(): void;
  resume(): void;
  close(): void;
  /** Doesn't keep the process alive any more. */
  unref(): void;
}
