import { CallNotes } from "./call_notes.js";
import { byId, fill, h, icon } from "./dom.js";
import { announce, toast } from "./notices.js";
import { peopleInCall } from "./people_in_call.js";
import { showPeople } from "./people_panel.js";
import { Summary } from "./summary.js";
import { Grid } from "./tiles.js";
import { listNames, sayClock, sayDeviceError, sayError, sayRinging } from "./words.js";

/** The call this page is in: the grid, the controls, and at the end how it went. */
export class Stage {
  #call = null;
  #grid = null;
  #state = h("p", { class: "stage-state" });
  #clock = h("span", { class: "stage-clock", role: "timer", "aria-label": "Duration" });
  #controls = h("div", { class: "controls", role: "toolbar", "aria-label": "Call" });
  #panel = h("aside", { class: "people-panel", id: "people-panel", "aria-label": "People", hidden: true });
  #deviceProblem = null;
  #said = "";

  /** @param {{me, close: () => void, rejoin: (thread, call) => void}} actions */
  constructor(actions) {
    this.actions = actions;
    setInterval(() => this.#tick(), 1000);
  }

  open(call) {
    this.#call = call;
    this.#grid = new Grid();
    this.#deviceProblem = null;
    this.#panel.hidden = true;
    const title = h("h2", {}, call.conversation.name);
    const stage = byId("stage");
    stage.replaceChildren(
      h("header", { class: "stage-header" }, h("div", {}, title, this.#state), this.#clock),
      new CallNotes(call).element,
      h("div", { class: "stage-body" }, this.#grid.element, this.#panel),
      this.#controls,
    );
    stage.classList.remove("is-over");
    call.on("change", () => this.#call === call && stage.classList.toggle("is-audio", call.isAudio));
    call.on("change", () => this.#call === call && this.#show());
    this.#show();
    this.#controls.querySelector("button")?.focus();
  }

  close() {
    this.#call = null;
    this.#said = "";
    byId("stage").replaceChildren();
  }

  #show() {
    const call = this.#call;
    if (call.isOver) return this.#showSummary();
    this.#showDeviceProblem(call);
    const state = this.#sayState(call);
    this.#state.textContent = state;
    if (state && state !== this.#said) announce(state);
    this.#said = state;
    this.#tick();
    this.#grid.show(peopleInCall(call, this.actions.me));
    this.#showControls(call);
    const { setRemoved } = this;
    if (!this.#panel.hidden) showPeople(this.#panel, { call, me: this.actions.me, mayRemove: this.#mayRemove(call), setRemoved });
  }

  #showSummary() {
    const call = this.#call;
    byId("stage").classList.add("is-over");
    const summary = new Summary(call, this.actions);
    byId("stage").replaceChildren(summary.element);
    summary.load();
    summary.element.querySelector("button").focus();
  }

  #sayState(call) {
    if (!call.id) return "Calling…";
    if (call.link?.state === "waiting") return "Connection to the media server lost. Coming back…";
    const others = call.others.map(({ owner }) => owner.name);
    if (others.length > 0) return this.#sayTogether(call, others);
    if (call.wasAnswered) return "You are alone in this call";
    return sayRinging(call);
  }

  // Between two the title says with whom already.
  #sayTogether({ conversation, link }, others) {
    if (conversation.type === "private" && !["connected", "none"].includes(link?.state)) return "Connecting…";
    const together = conversation.type === "private" ? "Connected" : `With ${listNames(others)}`;
    return link?.state === "none" ? `${together}, without picture and sound` : together;
  }

  #showDeviceProblem({ local }) {
    if (local.problem === this.#deviceProblem) return;
    this.#deviceProblem = local.problem;
    if (local.problem) toast(sayDeviceError(local.problem), { kind: "problem" });
  }

  #tick() {
    if (!this.#call || this.#call.isOver) return;
    const isTalking = this.#call.wasAnswered;
    this.#clock.textContent = isTalking ? sayClock(Math.max(0, (Date.now() - this.#call.startedAt) / 1000)) : "";
  }

  #mayRemove(call) {
    return call.conversation.type === "group" && call.mayEnd;
  }

  #showControls(call) {
    const { local } = call;
    const toggle = (name, isOn, label, short, shapes, change) =>
      h(
        "button",
        { class: "control", "aria-pressed": String(isOn), "aria-label": label, title: `${label}: ${isOn ? "on" : "off"}`, dataset: { focus: name, control: name }, onclick: change },
        icon(isOn ? shapes[0] : shapes[1]),
        h("span", {}, short),
      );
    fill(
      this.#controls,
      toggle("microphone", local.microphoneOn, "Microphone", "Mic", ["microphone", "microphoneOff"], () => local.setMicrophone(!local.microphoneOn)),
      !call.isAudio && toggle("camera", local.cameraOn, "Camera", "Camera", ["camera", "cameraOff"], () => local.setCamera(!local.cameraOn)),
      h(
        "button",
        { class: "control", "aria-expanded": String(!this.#panel.hidden), "aria-controls": "people-panel", dataset: { focus: "people", control: "people" }, onclick: () => this.#togglePeople() },
        icon("people"),
        h("span", {}, "People"),
      ),
      h("button", { class: "control danger", dataset: { focus: "leave", control: "leave" }, disabled: !call.id, onclick: () => this.#do(() => call.leave()) }, icon("leave"), h("span", {}, "Leave")),
      call.mayEnd &&
        h("button", { class: "control outlined", "aria-label": "End the call for everyone", title: "End the call for everyone", dataset: { focus: "end", control: "end" }, onclick: () => this.#do(() => call.end()) }, icon("close"), h("span", {}, "End call")),
    );
  }

  #togglePeople() {
    this.#panel.hidden = !this.#panel.hidden;
    this.#show();
  }

  setRemoved = (participant, isRemoved) => this.#do(() => this.#call.setRemoved(participant, isRemoved));

  async #do(action) {
    try {
      await action();
    } catch (error) {
      toast(sayError(error), { kind: "problem" });
      // What the page believed was wrong, or out of date.
      this.#call?.refresh();
    }
  }
}
