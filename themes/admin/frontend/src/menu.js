// The menu of narrow screens, and menus that close when one goes elsewhere.

export function menus() {
  const button = document.querySelector(".menu-button");
  const nav = document.getElementById("nav");
  if (button && nav) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.setAttribute("aria-expanded", String(nav.classList.toggle("open")));
    });
  }
  document.addEventListener("click", (event) => {
    for (const drop of document.querySelectorAll("details.drop[open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const drop = event.key === "Escape" && document.activeElement?.closest("details.drop[open]");
    if (!drop) return;
    drop.open = false;
    drop.querySelector("summary").focus();
  });
}
