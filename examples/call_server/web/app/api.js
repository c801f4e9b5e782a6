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
export const media = (call) => get(`/calls/${part(call)}/media`);

export const startCall = (thread) => post(`/api/messenger/threads/${part(thread)}/calls`);
export const showCall = (thread, call) => get(callPath(thread, call));
export const joinCall = (thread, call) => post(`${callPath(thread, call)}/join`);
export const leaveCall = (thread, call) => post(`${callPath(thread, call)}/leave`);
export const endCall = (thread, call) => post(`${callPath(thread, call)}/end`);
export const ignoreCall = (thread, call) => post(`${callPath(thread, call)}/ignore`);
export const heartbeat = (thread, call) => post(`${callPath(thread, call)}/heartbeat`);
export const participants = (thread, call) => getAll(`${callPath(thread, call)}/participants`);
export const setKicked = (thread, call, participant, kicked) =>
  request("PUT", `${callPath(thread, call)}/participants/${part(participant)}`, { kicked });
