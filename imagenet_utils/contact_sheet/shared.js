"use strict";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const number = new Intl.NumberFormat("en");

/** An element with these properties; texts among the children stay texts. */
function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** What the browser keeps between visits; where it keeps nothing, until the page is left. */
const kept = {
  memory: new Map(),
  read(key) {
    try {
      return localStorage.getItem(key) ?? this.memory.get(key) ?? null;
    } catch {
      return this.memory.get(key) ?? null;
    }
  },
  write(key, value) {
    this.memory.set(key, value);
    try {
      localStorage.setItem(key, value);
    } catch { /* private windows may refuse */ }
  },
};

/** Pictures to be left out, over all pages of this result. */
const ticks = {
  key: `part-of-imagenet ticks ${new URL(data.root || "./", location.href).href}`,
  read() {
    try {
      return JSON.parse(kept.read(this.key)) ?? {};
    } catch {
      return {};
    }
  },
  has(category, id) {
    return Boolean(this.read()[category]?.includes(id));
  },
  set(category, id, isTicked) {
    const all = this.read();
    const others = (all[category] ?? []).filter((other) => other !== id);
    all[category] = isTicked ? [...others, id] : others;
    kept.write(this.key, JSON.stringify(all));
  },
  clear() {
    kept.write(this.key, "{}");
  },
  rows() {
    return Object.entries(this.read()).flatMap(([category, ids]) => ids.map((id) => [category, id]));
  },
  /** What --exclude_images reads. */
  csv() {
    return [["category", "image_id"], ...this.rows()]
      .map((row) => `${row.map(cell).join(",")}\n`).join("");
  },
  save() {
    const url = URL.createObjectURL(new Blob([this.csv()], { type: "text/csv" }));
    make("a", { href: url, download: "exclude_images.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  },
};

/** Quoted where it must be; what a spreadsheet would run as a formula is made harmless. */
function cell(text) {
  const harmless = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const theme = {
  key: "part-of-imagenet theme",
  get isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  },
  set(word) {
    if (word) document.documentElement.dataset.theme = word;
    byId("theme").textContent = this.isDark ? "Light" : "Dark";
  },
  change() {
    const word = this.isDark ? "light" : "dark";
    kept.write(this.key, word);
    this.set(word);
  },
};

/** What a key does; while something is typed, keys are letters. */
function onKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    const action = actions[event.key];
    if (action && action(event) !== false) event.preventDefault();
  });
}

const sharedKeys = {
  t: () => theme.change(),
  "?": () => byId("help").showModal(),
  "/": () => byId("search").focus(),
};

theme.set(kept.read(theme.key));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme.set());
byId("theme").addEventListener("click", () => theme.change());
byId("help-button").addEventListener("click", () => byId("help").showModal());
byId("save-ticks").addEventListener("click", () => ticks.save());
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.blur();
});
