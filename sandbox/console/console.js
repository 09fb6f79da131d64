// Shows what has changed every two seconds, part by part, so that nothing that is being read or typed moves.
const known = new Map();
for (const part of document.querySelectorAll("[data-live]")) known.set(part.id, part.outerHTML);
const look = async () => {
  const answer = document.hidden ? null : await fetch(location.pathname + location.search).catch(() => null);
  if (answer && answer.ok) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const shown = document.getElementById(part.id), html = part.outerHTML;
      if (!shown || known.get(part.id) === html) continue;
      known.set(part.id, html);
      const open = new Set([...shown.querySelectorAll("details[open]")].map(it => it.id));
      shown.replaceWith(document.adoptNode(part));
      for (const it of part.querySelectorAll("details")) if (open.has(it.id)) it.open = true;
    }
  }
  setTimeout(look, 2000);
};
for (const form of document.forms) form.addEventListener("submit", () => form.classList.add("sent"));
setTimeout(look, 2000);
