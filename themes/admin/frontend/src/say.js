// Short messages at the foot of the page, read out as well.

const LASTS = 6_000;

export function say(text) {
  const place = document.getElementById("say");
  if (!place || !text) return;
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  place.append(toast);
  setTimeout(() => toast.remove(), LASTS);
}

// One of the messages that every page brings: failed, offline, logIn.
export function sayText(name) {
  say(document.getElementById("say")?.dataset[name]);
}
