// htmx, with the secret of our forms on each request. Nothing in our templates is ever evaluated: no hx-on, no js:.
import htmx from "htmx.org";
import { secret } from "./server.js";

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["x-csrf-token"] = secret();
});

export default htmx;
