// What a page can do without being asked: show what is new, and move by keys. Everything works without it.
"use strict";

const EVERY = 5000; // milliseconds between two looks at what is new

function live(stream) {
  const state = document.querySelector(".live");
  const say = (on, text) => { state.className = `live ${on ? "on" : "off"}`; state.textContent = text; };
  let newest = Number(stream.dataset.newest);

  async function look() {
    if (document.hidden) return;
    try {
      const address = new URL(stream.dataset.live, location.href);
      address.searchParams.set("after", newest);
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      newest = Number(answer.headers.get("X-Newest"));
      if (answer.status === 200) put(await answer.text());
      say(true, stream.dataset.on);
      if (answer.headers.get("X-More") === "1") await look();
    } catch {
      say(false, stream.dataset.off);
    }
  }

  // The fragment comes from our own server, which wrote every text of the record as text; scripts in it would not run.
  function put(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelectorAll("article.change");
    stream.querySelector(".nothing")?.remove();
    for (const article of fresh) {
      if (stream.querySelector(`[data-id="${CSS.escape(article.dataset.id)}"]`)) continue;
      article.classList.add("fresh");
      stream.prepend(document.adoptNode(article));
    }
    document.querySelector(".arrived").textContent = `${fresh.length} ${stream.dataset.arrived}`;
  }

  say(true, stream.dataset.on);
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  d: () => current()?.querySelector("a.diff")?.click(),
  o: () => current()?.querySelector("h2 a")?.click(),
  "/": () => document.querySelector("input[type=search]")?.focus(),
};

const current = () => document.activeElement?.closest("article.change");

function move(step) {
  const all = [...document.querySelectorAll("article.change")];
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const stream of document.querySelectorAll("[data-live]")) live(stream);
// An empty filter is no filter: it is left out of the address.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}
