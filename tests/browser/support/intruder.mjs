/**
 * Joins a room at the media server from within a page, past everything that the page's own code does, and stays there.
 *
 * @param {{server, token, room, pin, participant, room_token}} way as the server gives it to a page, or as somebody wishes it were
 * @returns {Promise<number|"joined">} the media server's code when it refuses
 */
export const intrude = (page, way) =>
  page.evaluate(async ({ server, token, room, pin, participant: id, room_token: roomToken }) => {
    const socket = new WebSocket(server, "janus-protocol");
    (window.intrusions ??= []).push(socket);
    await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
    const answers = [];
    let hear = () => {};
    socket.onmessage = ({ data }) => (answers.push(JSON.parse(data)), hear());
    const answer = async (fits) => {
      while (!answers.some(fits)) await new Promise((resolve) => (hear = resolve));
      return answers.find(fits);
    };
    const ask = async (transaction, message) => {
      socket.send(JSON.stringify({ ...message, transaction, token }));
      return answer((each) => each.transaction === transaction && each.janus !== "ack");
    };
    const session = (await ask("create", { janus: "create" })).data.id;
    const handle = (await ask("attach", { janus: "attach", session_id: session, plugin: "janus.plugin.videoroom" })).data.id;
    const body = { request: "join", ptype: "publisher", room, pin, id, token: roomToken };
    const { plugindata } = await ask("join", { janus: "message", session_id: session, handle_id: handle, body });
    return plugindata.data.error_code ?? plugindata.data.videoroom;
  }, way);
