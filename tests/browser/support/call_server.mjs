import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { freePort, Program } from "./process.mjs";
import { until } from "./wait.mjs";

const run = promisify(execFile);

/** The real call server, on a file of its own; what runs survives a kill, as the port stays the same. */
export class CallServer {
  #program;

  static async make({ folder, binaries, web, secrets, janus, env = {}, more = [] }) {
    const server = new CallServer();
    server.port = await freePort();
    server.adminPort = await freePort();
    server.database = path.join(folder, "calls.db");
    server.binaries = binaries;
    const media = janus && {
      JANUS_SERVER_ENDPOINT: `http://127.0.0.1:${janus.ports.http}/janus`,
      JANUS_ADMIN_SERVER_ENDPOINT: `http://127.0.0.1:${janus.ports.admin}/admin`,
      JANUS_API_SECRET: secrets.api,
      JANUS_ADMIN_SECRET: secrets.admin,
      JANUS_VIDEO_ROOM_SECRET: secrets.adminKey,
      JANUS_ROOM_KEY: secrets.roomKey,
      JANUS_TOKEN_AUTH_SECRET: secrets.tokenAuth,
      JANUS_PUBLIC_URL: janus.url,
    };
    const args = ["--address", "127.0.0.1", "--port", String(server.port), "--admin-port", String(server.adminPort), "--database", server.database, "--web", web, ...more];
    const all = { CALL_SERVER_SECRET: secrets.session, ...media, ...env };
    server.#program = new Program({ file: path.join(binaries, "call_server"), args, env: all, log: path.join(folder, "call_server.log") });
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Of the listener for operators. */
  get adminUrl() {
    return `http://127.0.0.1:${this.adminPort}/`;
  }

  get output() {
    return this.#program.output;
  }

  get pid() {
    return this.#program.pid;
  }

  /** What it has in memory, now and at most, in MiB. */
  async memory() {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    const [now, peak] = ["VmRSS", "VmHWM"].map((name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) / 1024);
    return { now, peak };
  }

  async start() {
    this.#program.start();
    await until("the call server answers", async () => {
      if (!this.#program.isRunning) throw new Error(`it ended: ${this.output.slice(-500)}`);
      return (await fetch(new URL("/healthz", this.adminUrl))).ok;
    });
  }

  kill() {
    return this.#program.stop("SIGKILL");
  }

  stop() {
    return this.#program.stop();
  }

  async metrics() {
    return (await fetch(new URL("/metrics", this.adminUrl))).text();
  }

  /** What the console says of a call in the same file. */
  async show(call) {
    const { stdout } = await this.console("calls:show", call, "--json");
    return JSON.parse(stdout);
  }

  console(...args) {
    const env = { ...process.env, MESSENGER_CALLING_ENABLED: "true" };
    return run(path.join(this.binaries, "messenger"), [...args, `--database=${this.database}`], { env });
  }
}
