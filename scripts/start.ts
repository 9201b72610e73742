/**
 * The tutorial behind `npm start`: images from Debian packages, a pod with a published port, an init container and two
 * members of which one depends on the other; started, looked at, talked to, stopped and removed. Prints each command.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { imageTar } from "../test/support/images.ts";
import { ask, redisAnswers, until } from "../test/support/wait.ts";

const ROOT = join(import.meta.dirname, "..");
const MINKE = join(ROOT, "dist/minke");
const POD = "tutorial";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "16379" },
    root: { type: "string" },
    runroot: { type: "string" },
  },
});
const port = Number(options.port);
const place = [
  ...(options.root === undefined ? [] : ["--root", options.root]),
  ...(options.runroot === undefined ? [] : ["--runroot", options.runroot]),
];

class TutorialError extends Error {}

const isTerminal = process.stdout.isTTY === true;
const bold = (text: string) => (isTerminal ? `\u001b[1m${text}\u001b[0m` : text);
const say = (text: string) => console.log(`\n${isTerminal ? `\u001b[36m# ${text}\u001b[0m` : `# ${text}`}`);

/** As a person would type it in a shell. */
function quote(word: string): string {
  const short = word.startsWith(`${ROOT}/`) ? word.slice(ROOT.length + 1) : word;
  if (/^[\w@%+=:,./-]+$/.test(short)) return short;
  return short.includes("'") ? `"${short}"` : `'${short}'`;
}

function run(args: readonly string[]): { readonly code: number; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(MINKE, [...place, ...args], { encoding: "utf8" });
  if (error) throw new TutorialError(`${MINKE} cannot be started: ${error.message}`);
  return { code: status ?? 1, stdout, stderr };
}

/** Prints a minke command, runs it and prints what it printed. It must succeed. */
function minke(...args: readonly string[]): string {
  console.log(bold(`$ minke ${args.map(quote).join(" ")}`));
  const { code, stdout, stderr } = run(args);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code !== 0) throw new TutorialError(`minke ${args[0]} failed with exit code ${code}`);
  return stdout.trim();
}

function isPortFree(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  });
}

function makeImages(): void {
  say("Two images, made from Debian packages: a shell, and a real server.");
  minke("import", "--change", 'CMD ["sh"]', imageTar("busybox"), "busybox");
  const changes = ['ENTRYPOINT ["redis-server"]', "EXPOSE 6379", "WORKDIR /data"];
  minke("import", ...changes.flatMap((change) => ["--change", change]), imageTar("redis"), "redis");
  minke("images");
}

function makePod(): void {
  say("A pod with a published port. Its containers share one network, host name and IPC.");
  minke("pod", "create", "--name", POD, "--publish", `${port}:6379`);
  say("An init container: it runs to its end before any member starts.");
  const member = (name: string, ...rest: readonly string[]) => minke("create", "--pod", POD, "--name", name, ...rest);
  const data = ["--volume", "tutorial-data:/data"];
  const prepare = "echo 'protected-mode no' > /data/redis.conf; echo prepared";
  member("prepare", "--init-ctr", "always", ...data, "busybox", "sh", "-c", prepare);
  say("The server, and a client that must not start before it.");
  member("db", ...data, "redis", "/data/redis.conf");
  const visit = 'until redis-cli ping; do sleep 0.1; done; redis-cli set greeting "hello from the pod"; exec sleep 1d';
  member("client", "--requires", "db", "--init", "--entrypoint", "sh", "redis", "-c", visit);
}

async function talk(): Promise<void> {
  say(`From the host, over the published port: redis speaks on 127.0.0.1:${port}.`);
  await until("redis on the published port", () => redisAnswers(port));
  console.log(`> PING\n< PONG`);
  const greeting = () => ask({ port }, "GET greeting\r\n", (text) => text.includes("pod"));
  const answer = await until("the greeting that the client leaves in redis", greeting);
  console.log(`> GET greeting\n< ${answer.split("\r\n")[1]}`);
}

/** Removes what a run of the tutorial makes, also one that was broken off. */
function clean(): void {
  run(["pod", "rm", "--force", "--ignore", "--time", "0", POD]);
  run(["volume", "rm", "--force", "tutorial-data"]);
}

async function tutorial(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TutorialError(`"${options.port}" is not a port: give a number from 1 to 65535`);
  clean();
  if (!(await isPortFree()))
    throw new TutorialError(`port ${port} is in use on this host: choose another with npm start -- --port N`);
  console.log(`minke is ${existsSync(MINKE) ? "dist/minke" : MINKE} here; put it on your PATH to type what follows.`);
  makeImages();
  makePod();
  say("Start: init containers first, then the members in the order of their dependencies.");
  minke("pod", "start", POD);
  minke("pod", "ps");
  minke("ps", "--pod");
  await talk();
  say("What the containers wrote.");
  minke("logs", "prepare");
  minke("logs", "--tail", "1", "db");
  minke("exec", "db", "redis-cli", "get", "greeting");
  say("Stop, and remove.");
  minke("pod", "stop", POD);
  minke("pod", "ps");
  minke("pod", "rm", POD);
  minke("volume", "rm", "tutorial-data");
  console.log(`\nThat was a real pod. Next: README.md, minke --help, minke doctor.`);
}

try {
  await tutorial();
} catch (error) {
  clean();
  const message = error instanceof Error ? error.message : String(error);
  console.error(`minke: ${message}`);
  process.exit(1);
}
