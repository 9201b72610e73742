/** A named volume. */
export interface VolumeDefinition {
  readonly name: string;
  readonly driver: "local";
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly anonymous: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Absolute path of the data. */
  readonly mountpoint: string;
  readonly uid: number;
  readonly gid: number;
  /** True until a container's image content was copied in at first use. */
  readonly needsCopyUp: boolean;
}
