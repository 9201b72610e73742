/** What happened to what (spec/pods.md 7.2). The union grows: an unknown pair must be passed on, not refused. */
export type EngineEvent = EventBase & EventSubject;

interface EventBase {
  /** Grows by one with every event of this engine root, never reused. */
  readonly seq: number;
  /** Nanoseconds since the epoch. */
  readonly timeNs: bigint;
}

export type ContainerAction =
  | "attach"
  | "cleanup"
  | "commit"
  | "create"
  | "died"
  | "exec"
  | "exec_died"
  | "health_status"
  | "init"
  | "kill"
  | "mount"
  | "pause"
  | "prune"
  | "remove"
  | "rename"
  | "restart"
  | "start"
  | "stop"
  | "unmount"
  | "unpause"
  | "update";

export type EventSubject =
  | {
      readonly type: "container";
      readonly action: ContainerAction;
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly podId?: string;
      readonly exitCode?: number;
      readonly health?: string;
      readonly execId?: string;
      readonly labels: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "pod";
      readonly action: "create" | "start" | "stop" | "kill" | "pause" | "unpause" | "remove";
      readonly id: string;
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "image";
      readonly action:
        | "build"
        | "import"
        | "loadfromarchive"
        | "mount"
        | "pull"
        | "push"
        | "remove"
        | "save"
        | "tag"
        | "unmount"
        | "untag";
      readonly id: string;
      readonly name: string;
    }
  | { readonly type: "volume"; readonly action: "create" | "prune" | "remove"; readonly name: string }
  | {
      readonly type: "network";
      readonly action: "create" | "remove" | "connect" | "disconnect";
      readonly id: string;
      readonly name: string;
      readonly container?: string;
    }
  | { readonly type: "system"; readonly action: "refresh" | "renumber" };
