import { avatar, byId, fill, h, icon } from "./dom.js";
import { preference, setPreference } from "./preferences.js";
import { listNames } from "./words.js";

/** What a conversation's second line says. */
function sayState({ active_call: call, type, members, member_count: count }, me) {
  if (call?.in_call) return "You are in this call";
  if (call?.empty_until) return "Everyone has left the call";
  if (call) return call.owner.id === me.id ? "Your call is going on" : `${call.owner.name} is in a call`;
  if (type === "private") return "Private";
  const names = members.filter(({ id }) => id !== me.id).map(({ name }) => name);
  return listNames(count > members.length ? [...names, `${count - members.length} more`] : [...names, "you"]);
}

function missedEntry({ unseen, isOpen, open }) {
  const count = unseen > 99 ? "99+" : String(unseen);
  return h(
    "button",
    { class: "missed-entry", "aria-current": isOpen ? "page" : null, dataset: { focus: "missed" }, onclick: open },
    h("span", { class: "past-call-icon missed-icon" }, icon("missed")),
    h("span", { class: "conversation-text" }, h("strong", {}, "Missed calls")),
    unseen > 0 && h("span", { class: "badge" }, h("span", { "aria-hidden": "true" }, count), h("span", { class: "for-ears" }, `${count} new`)),
  );
}

/**
 * The list of conversations, below the missed calls.
 *
 * @param {{me, selected: string|null, open: (id: string) => void, missed: {unseen: number, isOpen: boolean, open: () => void}}} settings
 */
export function showSidebar(list, { me, selected, open, missed }) {
  fill(byId("missed"), missedEntry(missed));
  const items = list.map((each) =>
    h(
      "li",
      {},
      h(
        "button",
        {
          class: `conversation ${each.active_call ? "is-active" : ""}`,
          "aria-current": each.id === selected ? "page" : null,
          dataset: { focus: each.id, thread: each.id },
          onclick: () => open(each.id),
        },
        avatar(each.name),
        h("span", { class: "conversation-text" }, h("strong", {}, each.name), h("span", {}, sayState(each, me))),
        each.active_call && h("span", { class: "live-dot", role: "img", "aria-label": "A call is going on" }),
      ),
    ),
  );
  fill(byId("conversations"), ...items);
}

/** Who is signed in, and what they chose on this device. */
export function showMe(me, signOut) {
  const sound = preference("sound");
  const toggleSound = () => {
    setPreference("sound", !sound);
    showMe(me, signOut);
  };
  fill(
    byId("me"),
    avatar(me.name, "small"),
    h("span", { class: "me-name" }, me.name),
    h(
      "button",
      {
        class: "quiet icon-button",
        "aria-label": "Ring tone",
        "aria-pressed": String(sound),
        title: sound ? "Ring tone is on" : "Ring tone is off",
        dataset: { focus: "sound" },
        onclick: toggleSound,
      },
      icon(sound ? "bell" : "bellOff"),
    ),
    h("button", { class: "quiet", dataset: { focus: "sign-out" }, onclick: signOut }, "Sign out"),
  );
}
