/*
 * Everything works without this file; it makes some things nicer. One file, no build step.
 * Hooks are data attributes, listed in docs/look.md.
 */

const say = (text) => {
  const region = document.getElementById("melding");
  if (!region) return;
  region.textContent = "";
  // A reader announces a change, so the same words twice need an empty moment between them.
  setTimeout(() => (region.textContent = text), 60);
};

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* htmx is fetched at the first sign of use, so that a first visit costs one script file. Elements that
   act by themselves (progress) need it at once. A click that comes first is an ordinary click. */
let asked = false;
const loadHtmx = () => {
  const address = document.querySelector('meta[name="htmx-script"]')?.content;
  if (asked || !address || !document.querySelector("[hx-get],[hx-post],[hx-boost]")) return;
  asked = true;
  import(address);
};

/* Shows an element only while a choice is made: data-when="form=oral" (name=value, or name alone). */
const showWhen = (form) => {
  for (const part of all("[data-when]", form)) {
    const [name, value] = part.dataset.when.split("=");
    const chosen = new FormData(form).getAll(name);
    const shown =
      value === undefined ? chosen.some(Boolean) : value.split(",").some((one) => chosen.includes(one));
    part.hidden = !shown;
  }
};

/* data-autosave="<address>": posts the form two seconds after the last key. The answer is the sentence
   to show. Nothing is kept in the browser; a failure says so and leaves the text where it is. */
const autosave = (form) => {
  let timer, running;
  const out = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  const save = async () => {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "fetch" },
        redirect: "error",
        signal: running.signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      const text = (await answer.text()).trim();
      if (out && text) out.textContent = text;
    } catch (error) {
      if (error.name !== "AbortError" && out && form.dataset.autosaveFailed)
        out.textContent = form.dataset.autosaveFailed;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    running?.abort();
  });
};

/* data-count on a text field with maxlength: says how many characters are left, in data-count's words. */
const count = (field) => {
  const out = document.getElementById(field.dataset.count);
  const show = () => out && (out.textContent = `${field.value.length} / ${field.maxLength}`);
  field.addEventListener("input", show);
  show();
};

/* data-fold on a details that is open: folded on a phone, where a long page is hard to find around in,
   unless the address points at it or the value says "open". */
const unfold = () => {
  const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = part?.closest?.("details[data-fold]");
  if (fold) fold.open = true;
  return fold;
};
const fold = (parts) => {
  if (!matchMedia("(max-width: 767px)").matches) return;
  const shown = unfold();
  for (const part of parts) part.open = part === shown || part.dataset.fold === "open";
};
addEventListener("hashchange", () => unfold()?.scrollIntoView());
addEventListener("beforeprint", () => all("details[data-fold]").forEach((part) => (part.open = true)));

const start = (root = document) => {
  all("[data-focus]", root).slice(0, 1).forEach((part) => part.focus());
  // A long paper is folded on a phone, but for the part that the address names.
  if (matchMedia("(max-width: 767px)").matches)
    for (const part of all("details[data-fold]", root))
      part.open = Boolean(location.hash && part.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`));
  all("[data-copy],[data-print]", root).forEach((button) => (button.hidden = false));
  all("[data-count]", root).forEach(count);
  fold(all("details[data-fold]", root));
  for (const form of all("form", root)) {
    if (form.dataset.started) continue;
    form.dataset.started = "1";
    if (form.querySelector("[data-when]")) showWhen(form);
    if (form.dataset.autosave) autosave(form);
  }
  if (document.querySelector('[hx-trigger*="every"],[hx-trigger*="load"]')) loadHtmx();
};

document.addEventListener("change", (event) => event.target.form && showWhen(event.target.form));

document.addEventListener("click", async (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest?.("[data-copy],[data-print]");
  if (!button) return;
  if ("print" in button.dataset) return window.print();
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    source.select?.();
    document.execCommand("copy");
  }
  button.querySelector("span").textContent = button.dataset.copied;
  say(button.dataset.copied);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form =
      event.target.closest?.("form[data-submit-shortcut]") ??
      document.querySelector("form[data-submit-shortcut]");
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
  }
});

/* On paper everything is open. */
addEventListener("beforeprint", () => all("details[data-fold]").forEach((part) => (part.open = true)));

for (const sign of ["pointerover", "touchstart", "focusin", "keydown"])
  document.addEventListener(sign, loadHtmx, { once: true, passive: true });
document.addEventListener("htmx:after:swap", (event) => start(event.target));
start();
