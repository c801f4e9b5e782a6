/**
 * Who is to be seen in the grid: the participants that the server knows, together with what the media server sends of them. Each device
 * is in the room under an id that begins with that of its participant and a dot; where ids are numbers the name has to do.
 *
 * @param {import("./call.js").Call} call
 */
export function peopleInCall(call, me) {
  const left = new Set(call.link?.room?.remotes.values() ?? []);
  const devicesOf = ({ id, owner }) => {
    const isTheirs = (each) => (typeof each.id === "string" ? each.id.startsWith(`${id}.`) : each.name === owner.name);
    const found = [...left].filter(isTheirs);
    for (const each of found) left.delete(each);
    return found;
  };
  const known = call.others.flatMap((participant) => asPeople(participant, devicesOf(participant), call));
  const own = call.participants.filter(({ owner_id: owner }) => owner === me.id).flatMap(devicesOf);
  const mine = own.map((each) => asPerson(String(each.id), me.name, "You, on another device", each, call));
  // Sent already, and not yet in the list: that is on its way.
  const early = [...left].map((each) => asPerson(String(each.id), each.name ?? "", each.name ?? "", each, call));
  return [...known, ...mine, ...early, self(call, me)];
}

/** One for each of a participant's devices, at least one. The first has the participant's own key, as it has before media arrive. */
function asPeople({ id, owner: { name } }, devices, call) {
  const [first, ...others] = devices;
  const more = others.map((each) => asPerson(String(each.id), name, `${name}, another device`, each, call));
  return [asPerson(id, name, name, first, call), ...more];
}

function asPerson(key, name, label, remote, call) {
  // Without media nothing is known of their devices; nothing is claimed then.
  const hasMedia = call.link?.state !== "none";
  return {
    key,
    name,
    label,
    isSelf: false,
    stream: remote?.stream ?? null,
    microphoneOn: remote?.microphoneOn ?? !hasMedia,
    cameraOn: remote?.cameraOn ?? !hasMedia,
    note: remote || !hasMedia ? null : call.isAudio ? "No sound yet" : "No picture or sound yet",
  };
}

let ownStream = null;

function self(call, me) {
  const track = call.local.tracks.video;
  if (ownStream?.getVideoTracks()[0] !== (track ?? undefined)) ownStream = track ? new MediaStream([track]) : null;
  return {
    key: "self",
    name: me.name,
    label: "You",
    isSelf: true,
    stream: ownStream,
    microphoneOn: call.local.microphoneOn,
    cameraOn: call.local.cameraOn,
    note: null,
  };
}
