// Who else has the document open: asked now and then while the page is seen.
import { post } from "./server.js";

const EVERY = 20_000;

// told(answer) gets {others: [{name, since}], head, by}.
export function presence(address, told) {
  // A window keeps its name when its page is loaded again, or it would meet itself.
  sessionStorage.tab ||= crypto.getRandomValues(new Uint32Array(2)).join("-");
  const { tab } = sessionStorage;
  let timer;
  const ask = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      try {
        told(await post(address(), [["tab", tab]]));
      } catch {
        // The next time will do; that the server cannot be reached is told by saving.
      }
    }
    timer = setTimeout(ask, EVERY);
  };
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
  ask();
  return ask;
}
