import { avatar, fill, h } from "./dom.js";

/** Asks before somebody is removed. @returns {Promise<boolean>} */
function confirmRemoval(name) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "confirm", role: "alertdialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      h("h2", { id: "confirm-title" }, `Remove ${name}?`),
      h("p", { id: "confirm-text" }, `${name} will not see or hear the call any more. You can let them back in while it lasts.`),
      h(
        "form",
        { method: "dialog", class: "confirm-actions" },
        h("button", { class: "quiet", value: "no" }, "Cancel"),
        h("button", { class: "danger", value: "yes" }, "Remove"),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Who is in the call, and for who runs it: removing and letting back in.
 *
 * @param {{call, me, mayRemove: boolean, setRemoved: (participant: string, isRemoved: boolean) => void}} settings
 */
export function showPeople(panel, { call, me, mayRemove, setRemoved }) {
  const lines = call.participants
    .filter(({ id, left_call: left }) => left === null || call.removed.has(id))
    .map(({ id, owner_id: owner, owner: { name } }) => {
      const isRemoved = call.removed.has(id);
      const remove = async () => (await confirmRemoval(name)) && setRemoved(id, true);
      return h(
        "li",
        { dataset: { participant: id } },
        avatar(name, "small"),
        h("span", { class: "me-name" }, owner === me.id ? `${name} (you)` : name, isRemoved && h("small", {}, "removed")),
        mayRemove && owner !== me.id && !isRemoved &&
          h("button", { class: "quiet remove", dataset: { focus: `remove-${id}` }, onclick: remove }, "Remove", h("span", { class: "for-ears" }, ` ${name}`)),
        mayRemove && isRemoved &&
          h("button", { class: "quiet restore", dataset: { focus: `remove-${id}` }, onclick: () => setRemoved(id, false) }, "Let back in"),
      );
    });
  fill(panel, h("h3", {}, "In the call"), h("ul", {}, ...lines));
}
