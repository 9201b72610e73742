import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertExit, type CommandOptions, type Result, runCommand } from "./command.ts";
import { IMAGE_CHANGES, imageTar, type TestImage } from "./images.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A pod engine driven by its command line, with storage of its own below one directory. */
export abstract class EngineCli implements AsyncDisposable {
  readonly directory: string;
  /** Program and global options, for tests that start the process themselves. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;

  constructor(directory: string, command: readonly [string, ...string[]], config: string) {
    this.directory = directory;
    this.command = command;
    const configFile = join(directory, "containers.conf");
    writeFileSync(configFile, config);
    for (const name of ["home", "files"]) mkdirSync(join(directory, name));
    this.env = { PATH, HOME: join(directory, "home"), CONTAINERS_CONF: configFile };
  }

  /** Runs a command of the engine and waits for its end. */
  run(args: readonly string[], options: CommandOptions = {}): Promise<Result> {
    return runCommand([...this.command, ...args], { ...options, env: { ...this.env, ...options.env } });
  }

  /** Runs a command, which must succeed, and returns its standard output without the last newline. */
  async ok(...args: readonly string[]): Promise<string> {
    const result = await this.run(args);
    assertExit(result);
    return result.stdout.replace(/\n$/, "");
  }

  /** Runs a command, which must fail with this exit code, and returns its standard error. */
  async fails(code: number, ...args: readonly string[]): Promise<string> {
    const result = await this.run(args);
    assertExit(result, code);
    return result.stderr;
  }

  /** Runs a command that prints JSON and returns its value. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.ok(...args)) as T;
  }

  /** Writes a file for a test's use and returns its path. */
  file(name: string, content: string): string {
    const path = join(this.directory, "files", name);
    writeFileSync(path, content);
    return path;
  }

  /** Makes the test image known under its own name. */
  async import(image: TestImage): Promise<void> {
    const changes = IMAGE_CHANGES[image].flatMap((change) => ["--change", change]);
    await this.ok("import", ...changes, imageTar(image), image);
  }

  /** Removes all pods and containers; returns what went wrong, one line each. */
  protected async removeAll(): Promise<string[]> {
    const problems: string[] = [];
    for (const args of [
      ["pod", "rm", "-fa", "-t", "0"],
      ["rm", "-fa", "-t", "0"],
    ]) {
      const result = await this.run(args);
      if (result.code !== 0) problems.push(`${args.join(" ")}: exit code ${result.code}: ${result.stderr.trim()}`);
    }
    return problems;
  }

  abstract [Symbol.asyncDispose](): Promise<void>;
}
