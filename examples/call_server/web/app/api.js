import { deviceId } from "./device.js";
import { get, getAll, post, request } from "./http.js";

// The server's answers, by what one wants of them. Paths are spelled only here.

const part = encodeURIComponent;
const callPath = (thread, call) => `/api/messenger/threads/${part(thread)}/calls/${part(call)}`;

export const users = () => getAll("/users");
export const session = () => get("/session");
export const signIn = (user) => post("/session", { user });
export const signOut = () => request("DELETE", "/session");

export const conversations = () => getAll("/conversations");
export const history = (thread, before) =>
  get(`/conversations/${part(thread)}/history${before ? `?before=${part(before)}` : ""}`);

const here = () => ({ device_id: deviceId() });

/** Lets this device into the call's room. */
export const media = (call) => post(`/calls/${part(call)}/media`, here());

/** @param {"video"|"audio"} type */
export const startCall = (thread, type) => post(`/api/messenger/threads/${part(thread)}/calls`, { ...here(), call_type: type });
export const showCall = (thread, call) => get(callPath(thread, call));
export const joinCall = (thread, call) => post(`${callPath(thread, call)}/join`, here());
export const leaveCall = (thread, call, device = deviceId()) => post(`${callPath(thread, call)}/leave`, { device_id: device });
export const endCall = (thread, call) => post(`${callPath(thread, call)}/end`);
export const ignoreCall = (thread, call) => post(`${callPath(thread, call)}/ignore`);
export const heartbeat = (thread, call) => post(`${callPath(thread, call)}/heartbeat`, here());
export const participants = (thread, call) => getAll(`${callPath(thread, call)}/participants`);
export const setKicked = (thread, call, participant, kicked) =>
  request("PUT", `${callPath(thread, call)}/participants/${part(participant)}`, { kicked });

export const rings = (thread, call) => get(`${callPath(thread, call)}/rings`);
/** @param {string[]} callees each as type:id */
export const ring = (thread, call, callees) => post(`${callPath(thread, call)}/rings`, { callees });
export const ringingCalls = () => get("/api/messenger/ringing-calls");
export const missedCalls = (before) => get(`/api/messenger/missed-calls${before ? `?before=${part(before)}` : ""}`);
/** The user has seen what they missed, up to this call. */
export const markMissedSeen = (call) => post("/api/messenger/missed-calls/seen", { call_id: call });
