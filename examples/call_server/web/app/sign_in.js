import * as api from "./api.js";
import { avatar, byId, h } from "./dom.js";
import { toast } from "./notices.js";
import { sayError } from "./words.js";

/** The people of the demonstration. @param {(user) => void} done */
export async function showSignIn(done) {
  const view = byId("sign-in");
  view.hidden = false;
  byId("shell").hidden = true;
  const list = byId("people");
  list.replaceChildren();
  let users;
  try {
    users = await api.users();
  } catch (error) {
    const again = h("button", { onclick: () => showSignIn(done) }, "Try again");
    list.replaceChildren(h("li", { class: "failed" }, h("p", {}, sayError(error)), again));
    return;
  }
  const choose = async (user) => {
    try {
      const { user: me } = await api.signIn(user);
      view.hidden = true;
      done(me);
    } catch (error) {
      toast(sayError(error), { kind: "problem" });
    }
  };
  list.replaceChildren(
    ...users.map(({ id, name }) =>
      h("li", {}, h("button", { class: "person", dataset: { user: id }, onclick: () => choose(id) }, avatar(name), h("span", {}, name))),
    ),
  );
}
