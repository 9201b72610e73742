import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");
const CACHE = join(PROJECT, ".cache/images");
/** Where scripts/setup.sh unpacks packages that are not installed. */
const UNPACKED = join(PROJECT, ".cache/debian");
const LIBRARY_PATH = [join(UNPACKED, "usr/lib/x86_64-linux-gnu"), join(UNPACKED, "usr/lib/aarch64-linux-gnu")].join(
  ":",
);

export type TestImage = "busybox" | "redis";

/** Instructions to import each image with, besides its root file system. */
export const IMAGE_CHANGES: Readonly<Record<TestImage, readonly string[]>> = {
  busybox: ['CMD ["sh"]', "ENV PATH=/bin"],
  redis: [
    'ENTRYPOINT ["redis-server", "--protected-mode", "no", "--save", ""]',
    "ENV PATH=/usr/bin:/bin",
    "EXPOSE 6379",
    "WORKDIR /data",
  ],
};

/** The path of a program from a Debian package, unpacked by scripts/setup.sh or installed; undefined if it is neither. */
export function findDebianProgram(path: string): string | undefined {
  return [join(UNPACKED, path), path].find((candidate) => existsSync(candidate));
}

function debianProgram(path: string): string {
  const found = findDebianProgram(path);
  if (!found) throw new Error(`${path} is neither installed nor unpacked: run bash scripts/setup.sh test`);
  return found;
}

/** The shared libraries that a program loads, as [path on this host, path in an image]. */
function librariesOf(program: string): [string, string][] {
  const listed = execFileSync("ldd", [program], {
    encoding: "utf8",
    env: { ...process.env, LD_LIBRARY_PATH: LIBRARY_PATH },
  });
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => {
    const path = match[1] ?? "";
    return [path, path.startsWith(UNPACKED) ? path.slice(UNPACKED.length) : path];
  });
}

function addBusybox(tree: string): void {
  const busybox = debianProgram("/bin/busybox");
  const head = readFileSync(busybox).subarray(0, 1 << 16);
  if (head.includes("/ld-linux")) throw new Error(`${busybox} is not static: install busybox-static`);
  copyFileSync(busybox, join(tree, "bin/busybox"));
  for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n"))
    if (applet !== "busybox") symlinkSync("busybox", join(tree, "bin", applet));
}

function addRedis(tree: string): void {
  for (const name of ["redis-server", "redis-cli"]) {
    const program = debianProgram(`/usr/bin/${name}`);
    mkdirSync(join(tree, "usr/bin"), { recursive: true });
    copyFileSync(program, join(tree, "usr/bin", name));
    for (const [source, target] of librariesOf(program)) {
      mkdirSync(dirname(join(tree, target)), { recursive: true });
      copyFileSync(source, join(tree, target));
    }
  }
  mkdirSync(join(tree, "data"));
}

function addBase(tree: string): void {
  for (const directory of ["bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var", "home/app"])
    mkdirSync(join(tree, directory), { recursive: true });
  const users = ["root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/:/bin/false"];
  writeFileSync(join(tree, "etc/passwd"), `${[...users, "app:x:1000:1000:app:/home/app:/bin/sh"].join("\n")}\n`);
  writeFileSync(join(tree, "etc/group"), "root:x:0:\nnogroup:x:65534:\napp:x:1000:\nstaff:x:50:app\n");
  execFileSync("chmod", ["1777", join(tree, "tmp")]);
  execFileSync("chown", ["1000:1000", join(tree, "home/app")]);
}

/**
 * The root file system of a test image as a tar, made from Debian packages once and kept in `.cache/images/`.
 *
 * @returns its path
 */
export function imageTar(image: TestImage): string {
  const target = join(CACHE, `${image}.tar`);
  const recipe = statSync(import.meta.filename).mtimeMs;
  if (existsSync(target) && statSync(target).mtimeMs > recipe) return target;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, `${image}-`));
  try {
    const tree = join(work, "tree");
    addBase(tree);
    addBusybox(tree);
    if (image === "redis") addRedis(tree);
    const packed = join(work, "packed.tar");
    execFileSync("tar", ["-C", tree, "--sort=name", "--numeric-owner", "-cf", packed, "."]);
    // Another test process may do the same at this moment: the last rename wins, and both files are whole.
    renameSync(packed, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}
