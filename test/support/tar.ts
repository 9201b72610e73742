/** Writes tars of any content, hostile ones too: nothing is checked. */

type Text = string | Uint8Array;

export interface TestEntry {
  readonly path: Text;
  /** Type flag; default `0`, or `5` for a path that ends in a slash. */
  readonly type?: string;
  readonly body?: Text;
  readonly linkPath?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly major?: number;
  readonly minor?: number;
  /** Records of a PAX header before the entry. */
  readonly pax?: Readonly<Record<string, Text>>;
  /** Long names as GNU tar writes them, before the entry. */
  readonly gnuName?: string;
  readonly gnuLink?: string;
  /** ustar's prefix field. */
  readonly prefix?: string;
  /** Announced size, if it is not the body's. */
  readonly size?: number;
  /** Size field as it is to stand there. */
  readonly rawSize?: Uint8Array;
  readonly badChecksum?: boolean;
}

const encoder = new TextEncoder();
const bytesOf = (text: Text) => (typeof text === "string" ? encoder.encode(text) : text);

/** A whole tar; `end: false` leaves out the end mark. */
export function tar(entries: readonly TestEntry[], options: { readonly end?: boolean } = {}): Uint8Array {
  const end = options.end === false ? [] : [new Uint8Array(1024)];
  return concat([...entries.flatMap(blocksOf), ...end]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A stream of chunks of `size` bytes. */
export async function* chunked(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

function blocksOf(entry: TestEntry): Uint8Array[] {
  const before: Uint8Array[] = [];
  if (entry.pax !== undefined) before.push(...plain({ path: "PaxHeader", type: "x", body: paxBody(entry.pax) }));
  if (entry.gnuName !== undefined)
    before.push(...plain({ path: "././@LongLink", type: "L", body: `${entry.gnuName}\0` }));
  if (entry.gnuLink !== undefined)
    before.push(...plain({ path: "././@LongLink", type: "K", body: `${entry.gnuLink}\0` }));
  return [...before, ...plain(entry)];
}

function plain(entry: TestEntry): Uint8Array[] {
  const body = bytesOf(entry.body ?? "");
  const padding = new Uint8Array((512 - (body.length % 512)) % 512);
  return [header(entry, body.length), body, padding];
}

/** Body of a PAX header; each record counts its own length. */
export function paxBody(records: Readonly<Record<string, Text>>): Uint8Array {
  return concat(
    Object.entries(records).map(([key, value]) => {
      const rest = concat([encoder.encode(` ${key}=`), bytesOf(value), encoder.encode("\n")]);
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
      return concat([encoder.encode(String(length)), rest]);
    }),
  );
}

function header(entry: TestEntry, bodyLength: number): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, text: Text) => block.set(bytesOf(text), at);
  const octal = (at: number, digits: number, value: number) => put(at, value.toString(8).padStart(digits, "0"));
  const path = bytesOf(entry.path);
  put(0, path.slice(0, 100));
  octal(100, 7, entry.mode ?? 0o644);
  octal(108, 7, entry.uid ?? 0);
  octal(116, 7, entry.gid ?? 0);
  octal(124, 11, entry.size ?? bodyLength);
  if (entry.rawSize !== undefined) put(124, entry.rawSize);
  octal(136, 11, entry.mtime ?? 0);
  put(148, " ".repeat(8));
  put(156, entry.type ?? (path.at(-1) === 0x2f ? "5" : "0"));
  put(157, bytesOf(entry.linkPath ?? "").slice(0, 100));
  put(257, "ustar\x0000");
  octal(329, 7, entry.major ?? 0);
  octal(337, 7, entry.minor ?? 0);
  put(345, entry.prefix ?? "");
  const sum = block.reduce((total, byte) => total + byte, 0) + (entry.badChecksum === true ? 1 : 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}
