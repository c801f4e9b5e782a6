/**
 * Who is to be seen in the grid: the participants that the server knows, together with what the media server sends of them. A
 * participant's own page joins the room under an id made from the participant's; where that is a number the name has to do.
 *
 * @param {import("./call.js").Call} call
 */
export function peopleInCall(call, me) {
  const remotes = [...(call.link?.room?.remotes.values() ?? [])];
  const taken = new Set();
  const remoteOf = ({ id, owner }) => {
    const found = remotes.find((each) => !taken.has(each) && (String(each.id) === id || each.name === owner.name));
    taken.add(found);
    return found;
  };
  const known = call.others.map((participant) => asPerson(participant.id, participant.owner.name, remoteOf(participant), call));
  // Sent already, and not yet in the list: that is on its way.
  const early = remotes.filter((each) => !taken.has(each)).map((each) => asPerson(String(each.id), each.name ?? "", each, call));
  return [...known, ...early, self(call, me)];
}

function asPerson(key, name, remote, call) {
  // Without media nothing is known of their devices; nothing is claimed then.
  const hasMedia = call.link?.state !== "none";
  return {
    key,
    name,
    label: name,
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
