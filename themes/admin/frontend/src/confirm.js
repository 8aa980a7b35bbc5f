// data-confirm="question" on a form or on one of its buttons: asks before the form is sent.

export function confirms() {
  let sure = null;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = button?.dataset.confirm ?? form.dataset.confirm;
    if (!question || sure === form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await confirmed(question))) return;
    sure = form;
    form.requestSubmit(button ?? undefined);
    sure = null;
  }, true);
}

// Asks a question; true for yes.
export function confirmed(question) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
