import * as api from "./api.js";
import { App } from "./app.js";
import { claimDevice } from "./device.js";
import { toast } from "./notices.js";
import { showSignIn } from "./sign_in.js";
import { sayError } from "./words.js";

let app = null;

async function begin() {
  try {
    await claimDevice();
    app = new App(await api.session(), again);
    await app.begin();
  } catch (error) {
    if (error.status !== 401) toast(sayError(error), { kind: "problem" });
    again();
  }
}

/** Back to the choice of a person. */
function again() {
  app?.stop();
  app = null;
  showSignIn(begin);
}

begin();
