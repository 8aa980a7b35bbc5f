// What every admin page loads. Each module looks for what is its own and does nothing where there is none;
// pages must work without any of it.
import "./htmx.js";
import { confirms } from "./confirm.js";
import { dialogs } from "./dialog.js";
import { filters } from "./filter.js";
import { uploads } from "./media.js";
import { menus } from "./menu.js";
import { rows } from "./rows.js";

document.documentElement.classList.add("js");
for (const start of [menus, filters, dialogs, confirms, rows, uploads]) start();
