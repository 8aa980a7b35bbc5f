// <input data-filter="list">: shows of the list with that id only what has the typed words; Enter opens the first.

export function filters() {
  for (const input of document.querySelectorAll("input[data-filter]")) {
    const list = document.getElementById(input.dataset.filter);
    if (!list) continue;
    input.closest("[hidden]")?.removeAttribute("hidden");
    const none = document.createElement("li");
    none.className = "empty";
    none.hidden = true;
    none.textContent = list.dataset.none ?? "";
    list.append(none);
    const items = [...list.children].filter((item) => item !== none);
    const words = items.map((item) => `${item.textContent} ${item.querySelector("[data-words]")?.dataset.words ?? ""}`.toLowerCase());
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      items.forEach((item, number) => {
        item.hidden = !wanted.every((word) => words[number].includes(word));
      });
      none.hidden = items.some((item) => !item.hidden);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      items.find((item) => !item.hidden)?.querySelector("a")?.click();
    });
    input.closest("details")?.addEventListener("toggle", (event) => {
      if (event.target.open) input.focus();
    });
  }
}
