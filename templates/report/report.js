"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const entries = [...byId("entries").querySelectorAll("details")];
  const form = byId("filter");
  if (entries.length > 1) form.hidden = false;
  const texts = new Map();
  const text = (entry) => {
    if (!texts.has(entry)) texts.set(entry, entry.textContent.toLowerCase());
    return texts.get(entry);
  };
  const apply = () => {
    const words = byId("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const state = byId("state").value;
    const kind = byId("kind").value;
    let shown = 0;
    for (const entry of entries) {
      const fits = (!state || entry.dataset.state === state)
        && (!kind || entry.dataset.kind === kind)
        && words.every((word) => text(entry).includes(word));
      entry.hidden = !fits;
      if (fits) shown += 1;
    }
    byId("count").textContent = shown + " of " + entries.length;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("open").addEventListener("click", (event) => {
    const shown = entries.filter((entry) => !entry.hidden);
    const open = !shown.every((entry) => entry.open);
    for (const entry of shown) entry.open = open;
    event.target.textContent = open ? "Close all" : "Open all";
  });
  const openTarget = () => {
    const target = location.hash && byId(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => {
    if (entries.length <= 200) for (const entry of document.querySelectorAll("details")) entry.open = true;
  });
  apply();
  openTarget();
})();
