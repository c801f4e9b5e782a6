import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createServer } from "node:net";

/** A port nobody listens on right now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A child process whose output is kept, in memory for the tests and in a file for people. */
export class Program {
  output = "";
  #child = null;
  #isStopped = false;
  #ended = Promise.resolve();

  /** `onDeath` is told the signal or status when it ends without being stopped. */
  constructor({ file, args, env = {}, cwd, log, onDeath = () => {} }) {
    Object.assign(this, { file, args, env, cwd, log, onDeath });
  }

  get isRunning() {
    return this.#child !== null;
  }

  get pid() {
    return this.#child?.pid ?? null;
  }

  start() {
    const child = spawn(this.file, this.args, { cwd: this.cwd, env: { ...process.env, ...this.env }, stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(this.log, { flags: "a" });
    const keep = (data) => {
      this.output += data;
      log.write(data);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => keep(`${error}\n`));
    this.#child = child;
    this.#isStopped = false;
    this.#ended = new Promise((resolve) => {
      child.on("close", (status, signal) => {
        if (this.#child === child) this.#child = null;
        log.end();
        resolve();
        if (!this.#isStopped) this.onDeath(signal ?? status);
      });
    });
  }

  async stop(signal = "SIGTERM") {
    this.#isStopped = true;
    this.#child?.kill(signal);
    await this.#ended;
  }
}
