// The publishing checks beside the text: what the page of the checks says of the newest saved text.

export async function checks(panel) {
  if (!panel?.dataset.checks) return;
  try {
    const answer = await fetch(panel.dataset.checks, { headers: { accept: "text/html" }, credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [page.querySelector("main [role=status]"), page.querySelector("main section ul")].filter(Boolean);
    // The way to the editor leads here.
    for (const link of parts[0]?.querySelectorAll("a") ?? []) link.remove();
    panel.querySelector(".checks-found").replaceChildren(...parts.map((part) => document.importNode(part, true)));
  } catch {
    // The link below leads to the same.
  }
}
