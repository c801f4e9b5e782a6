import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { freePort, Program } from "./process.mjs";
import { until } from "./wait.mjs";

const parts = ["/usr/lib/x86_64-linux-gnu/janus", "/usr/lib/aarch64-linux-gnu/janus", "/usr/lib/janus"].find(existsSync);
const unused = (kind, names) => names.map((name) => `lib${kind}${name}.so`).join(",");

function configs({ folder, ports, secrets, device }) {
  const plugins = ["audiobridge", "duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming", "textroom", "videocall", "voicemail"];
  const transports = ["mqtt", "nanomsg", "pfunix", "rabbitmq"];
  return {
    "janus.jcfg": `general: {
  configs_folder = "${folder}"
  plugins_folder = "${parts}/plugins"
  transports_folder = "${parts}/transports"
  events_folder = "${parts}/events"
  loggers_folder = "${parts}/loggers"
  debug_level = 4
  debug_colors = false
  api_secret = "${secrets.api}"
  admin_secret = "${secrets.admin}"
  token_auth = true
  token_auth_secret = "${secrets.tokenAuth}"
}
media: { rtp_port_range = "20000-20999" }
nat: { full_trickle = true, ice_enforce_list = "${device}" }
plugins: { disable = "${unused("janus_", plugins)}" }
transports: { disable = "${unused("janus_", transports)}" }
`,
    "janus.plugin.videoroom.jcfg": `general: { admin_key = "${secrets.adminKey}", string_ids = true }\n`,
    "janus.transport.http.jcfg": `general: { json = "compact", base_path = "/janus", http = true, port = ${ports.http}, ip = "127.0.0.1", https = false }
admin: { admin_base_path = "/admin", admin_http = true, admin_port = ${ports.admin}, admin_ip = "127.0.0.1", admin_https = false }
`,
    "janus.transport.websockets.jcfg": `general: { json = "compact", ws = true, ws_port = ${ports.ws}, ws_ip = "127.0.0.1", wss = false }
admin: { admin_ws = false, admin_wss = false }
`,
  };
}

const videoRoom = "janus.plugin.videoroom";

/**
 * A real Janus on ports and with secrets of its own. Started again when it dies by itself, as Debian's service does: 1.1.2 now and then
 * does when a room is destroyed while somebody leaves it. The pages are expected to come back then.
 */
export class Janus {
  #program;

  static async make(folder, secrets, device) {
    const janus = new Janus();
    janus.secrets = secrets;
    janus.ports = { http: await freePort(), admin: await freePort(), ws: await freePort() };
    const config = path.join(folder, "janus");
    await mkdir(config, { recursive: true });
    for (const [name, text] of Object.entries(configs({ folder: config, ports: janus.ports, secrets, device }))) {
      await writeFile(path.join(config, name), text);
    }
    const onDeath = (why) => {
      console.log(`        Janus died (${why}), and is started again`);
      janus.#program.start();
    };
    // Its core dumps go with the folder.
    janus.#program = new Program({ file: "janus", args: ["-F", config, "-o"], cwd: folder, log: path.join(folder, "janus.log"), onDeath });
    return janus;
  }

  get output() {
    return this.#program.output;
  }

  get url() {
    return `ws://127.0.0.1:${this.ports.ws}`;
  }

  async start() {
    this.#program.start();
    await until("Janus answers", async () => (await this.#admin({ janus: "ping" })).janus === "pong");
  }

  kill() {
    return this.#program.stop("SIGKILL");
  }

  stop() {
    return this.#program.stop();
  }

  async #admin(message) {
    const response = await fetch(`http://127.0.0.1:${this.ports.admin}/admin`, {
      method: "POST",
      body: JSON.stringify({ transaction: "test", admin_secret: this.secrets.admin, ...message }),
    });
    return response.json();
  }

  /** @returns {Promise<object>} what VideoRoom answers */
  async videoRoom(request) {
    return (await this.#admin({ janus: "message_plugin", plugin: videoRoom, request })).response;
  }

  /** The token with which Janus talks to a page, for so many seconds; below zero it has expired already. */
  token(seconds) {
    const text = `${Math.floor(Date.now() / 1000) + seconds},janus,${videoRoom}`;
    return `${text}:${createHmac("sha1", this.secrets.tokenAuth).update(text).digest("base64")}`;
  }

  /** @returns {Promise<string[]>} the ids of those who are in the call's room */
  async inRoom(call) {
    const room = (await this.rooms()).find((each) => String(each.room).includes(call));
    const { participants } = await this.videoRoom({ request: "listparticipants", room: room.room });
    return participants.map(({ id }) => String(id));
  }

  async rooms() {
    return (await this.videoRoom({ request: "list", admin_key: this.secrets.adminKey })).list;
  }
}
