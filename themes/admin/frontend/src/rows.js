// Lists of which several are picked: a box with data-all="name" picks all boxes of that name, and
// data-count="name" shows how many are picked. Controls with data-submits send their form when they change.

export function rows() {
  for (const all of document.querySelectorAll("input[data-all]")) {
    const boxes = () => [...(all.form ?? document).querySelectorAll(`input[type="checkbox"][name="${all.dataset.all}"]`)];
    const show = () => {
      const picked = boxes().filter((box) => box.checked).length;
      all.checked = picked > 0 && picked === boxes().length;
      all.indeterminate = picked > 0 && !all.checked;
      for (const count of document.querySelectorAll(`[data-count="${all.dataset.all}"]`)) count.textContent = picked;
    };
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      show();
    });
    document.addEventListener("change", (event) => {
      if (event.target.name === all.dataset.all) show();
    });
    show();
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submits]")) event.target.form?.requestSubmit();
  });
}
