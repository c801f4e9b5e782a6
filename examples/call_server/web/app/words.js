// All that the page says about states and mishaps, in one place.

const reasons = {
  offline: "The server does not answer. Check your connection; the page keeps trying.",
  tooManyRequests: "That was a little fast. Wait a moment and try again.",
  unauthenticated: "You have been signed out. Sign in again to go on.",
  threadNotFound: "This conversation is not there any more.",
  callNotFound: "This call is not there any more.",
  participantNotFound: "That person is not in the call any more.",
  notMember: "You are not part of this conversation.",
  callingDisabled: "Calls are switched off on this server.",
  callsDown: "Calls are paused for maintenance. Try again later.",
  threadCallingDisabled: "Calls are switched off in this conversation.",
  threadLocked: "This conversation is closed to new calls.",
  threadPending: "You can call once you have both accepted each other.",
  mayNotStart: "Only who runs this group can start calls in it. Ask one of them.",
  callAlreadyActive: "There is already a call here. Join that one.",
  setupFailed: "The call could not be set up. Try again in a moment.",
  callEnded: "This call is already over.",
  callFull: "This call is full. Try again when somebody has left.",
  kicked: "You were removed from this call. Someone who runs it can let you back in.",
  notInCall: "You are not in this call any more. Join again to go on.",
  alreadyJoined: "You have already answered this call.",
  notOwnerOrAdmin: "Only who started the call or runs the group can do that.",
  calleeBusy: "They are in another call. Try again later.",
  tooManyDevices: "You are in this call on too many devices. Leave it on one of them first.",
  rangJustNow: "It rang there a moment ago. Wait some seconds before you ring again.",
  tooManyCallees: "It rings for as many as it may already. Wait until somebody has answered.",
  ringingDisabled: "Nobody can be rung on this server.",
  userNotFound: "This person cannot be rung: they were removed.",
  notGroup: "Nobody can be removed from a call between two.",
  noMediaServer: "This server has no media server, so there is no picture and no sound.",
  storageUnavailable: "The server cannot reach its data right now. Try again in a moment.",
  unavailable: "The server is busy. Try again in a moment.",
};

/** @param {import("./http.js").RequestError} error */
export function sayError(error) {
  if (reasons[error.reason]) return reasons[error.reason];
  if (error.status === 403) return "You may not do that here.";
  if (error.status >= 500) return "The server has a problem. Try again in a moment.";
  return "That did not work. Try again; if it stays like this, reload the page.";
}

/** @param {Error} error what getUserMedia was refused with */
export function sayDeviceError(error) {
  if (error.name === "NotAllowedError") {
    return "Your browser does not let this page use camera and microphone. Allow them in the address bar, then switch them on here.";
  }
  if (error.name === "NotFoundError") return "No camera or microphone was found. You can still see and hear the others.";
  return "Camera or microphone cannot be used. Another program may have them; close it, then switch them on here.";
}

/** @param {number} seconds */
export function sayDuration(seconds) {
  if (seconds < 1) return "under a second";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function sayClock(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export function sayWhen(instant) {
  const date = new Date(instant);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  const name = days === 0 ? "Today" : days === 1 ? "Yesterday" : day.format(date);
  return `${name}, ${time.format(date)}`;
}

/**
 * How a call of the history ended, as one says it to `me`.
 *
 * @param {{end_reason: string|null, ended_by: {id: string, name: string}|null}} call
 */
export function sayEnd(call, me) {
  const by = call.ended_by && (call.ended_by.id === me ? "you" : call.ended_by.name);
  switch (call.end_reason) {
    case null:
      return "In progress";
    case "hungUp":
      return by ? `Ended by ${by}` : "Ended";
    case "declined":
      return by ? `Declined by ${by}` : "Declined";
    case "noAnswer":
      return "No answer";
    case "lastLeft":
      return "Everyone left";
    case "alone":
      return "Nobody else was in it";
    case "maxDuration":
      return "Reached the longest duration";
    case "inactive":
      return "Connection lost";
    case "setupFailed":
      return "Could not be set up";
    case "maintenance":
      return "Ended for maintenance";
    case "host":
      return "Ended by the server";
    default:
      return "Ended";
  }
}

/** What a call of the history was to `me`. */
export function sayPart({ part, owner }, me) {
  if (owner.id === me) return "You called";
  switch (part) {
    case "missed":
      return `You missed a call from ${owner.name}`;
    case "busy":
      return `${owner.name} called while you were in a call`;
    case "declined":
      return `You declined a call from ${owner.name}`;
    default:
      return `${owner.name} called`;
  }
}

/** Why it does not ring any more; null where nothing needs to be said. */
export function sayRingStop(why, from) {
  switch (why) {
    case "answeredElsewhere":
      return `${from}: answered on another device`;
    case "declinedElsewhere":
      return `${from}: declined on another device`;
    case "missed":
      return `You missed a call from ${from}`;
    case "cancelled":
      return `${from} hung up before you answered`;
    case "ended":
      return `The call from ${from} is over`;
    default:
      return null;
  }
}

const ringStates = { ringing: "ringing…", answered: "left", declined: "declined", missed: "no answer", cancelled: "not reached", busy: "in another call" };

/** What has come of ringing somebody who is not in the call. */
export const sayRingState = (state) => ringStates[state] ?? state;

/**
 * How it goes while nobody has answered.
 *
 * @param {{conversation: {name: string, type: string}, rings: Array<{name: string, state: string}>}} call
 */
export function sayRinging({ conversation, rings }) {
  const isPrivate = conversation.type === "private";
  const ringing = rings.filter(({ state }) => state === "ringing").map(({ name }) => name);
  if (rings.length === 0) return isPrivate ? `Ringing ${conversation.name}…` : "Ringing the others…";
  if (ringing.length > 4) return `Ringing ${ringing.length} people…`;
  if (ringing.length > 0) return `Ringing ${listNames(ringing)}…`;
  if (!isPrivate) return "Nobody has answered";
  const { state, name } = rings[0];
  return state === "busy" ? `${name} is in another call` : `${name}: ${sayRingState(state)}`;
}

export function listNames(names) {
  if (names.length < 3) return names.join(" and ");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
