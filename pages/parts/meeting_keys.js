// Keys of the meeting: they press the buttons that everybody sees. PageUp and PageDown are what
// remote controls send.
const PRESSES = {
  ArrowRight: "reunion_suivant", PageDown: "reunion_suivant", " ": "reunion_suivant",
  ArrowLeft: "reunion_precedent", PageUp: "reunion_precedent",
  Escape: "reunion_quitter",
};

function onKey(event) {
  const key = PRESSES[event.key];
  const within = event.target instanceof Element ? event.target : document.body;
  const typing = within.closest("input, textarea, select, [contenteditable=true]");
  const pressing = event.key === " " && within.closest("button, a, summary");
  if (!key || typing || pressing || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = document.querySelector(`.st-key-${key} button`);
  if (button && !button.disabled) {
    event.preventDefault();
    button.click();
  }
}

export default function ({ parentElement }) {
  if (window.cptsMeetingKeys) document.removeEventListener("keydown", window.cptsMeetingKeys);
  window.cptsMeetingKeys = onKey;
  document.addEventListener("keydown", onKey);
  const full = parentElement.querySelector("button");
  full.onclick = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
    full.blur();
  };
  return () => {
    document.removeEventListener("keydown", onKey);
    if (window.cptsMeetingKeys === onKey) delete window.cptsMeetingKeys;
  };
}
