const SVG = "http://www.w3.org/2000/svg";
const CAPTION_HEIGHT = 58; // pixels, as the styles have it
const NARROWEST = 168; // pixels of a tile, where there is room for two
const GAP = 12;
const ROWS_BEYOND = 2; // drawn above and below what is seen

const all = data.tiles.map((tile, place) => ({
  suspicions: {}, boxes: [], kin: [], ...tile, place,
  isKept: data.reasons[tile.reason] === "kept",
  words: [tile.id, tile.url, tile.description, ...(tile.boxes ?? []).map((box) => box[4])]
    .join(" ").toLowerCase(),
}));
const gravity = Object.fromEntries(Object.keys(data.suspicions).map((name, place) => [name, place]));

const state = { filter: "pictures", shown: all, current: 0, viewed: 0, hasBoxes: true, columns: 1 };

/* ---- what is shown ---- */

const isSuspect = (tile) => Object.keys(tile.suspicions).length > 0;
const isTicked = (tile) => ticks.has(tile.category, tile.id);

const filters = [
  ["pictures", "Pictures", (tile) => tile.isKept],
  ["suspects", "Suspects", isSuspect],
  ...Object.entries(data.suspicions).map(([name, title]) => [name, title, (tile) => name in tile.suspicions]),
  ["ticked", "Ticked", isTicked],
  ...Object.keys(data.reasons).filter((word) => data.reasons[word] !== "kept")
    .map((word) => [word, word, (tile) => tile.reason === word]),
  ["everything", "Everything", () => true],
].map(([name, title, has]) => ({ name, title, has }));

function gravest(tile) {
  return Math.min(99, ...Object.keys(tile.suspicions).map((name) => gravity[name]));
}

const area = (tile) => (tile.width ?? 0) * (tile.height ?? 0);
const orders = {
  suspects: (one, other) => gravest(one) - gravest(other),
  listed: (one, other) => one.place - other.place,
  small: (one, other) => area(one) - area(other),
  large: (one, other) => area(other) - area(one),
  new: (one, other) => (other.finished ?? "").localeCompare(one.finished ?? ""),
};

function choose() {
  const { has } = filters.find((filter) => filter.name === state.filter);
  const words = byId("search").value.trim().toLowerCase();
  state.shown = all.filter((tile) => has(tile) && tile.words.includes(words))
    .sort(orders[byId("order").value]);
  state.current = 0;
  byId("shown").textContent = `${number.format(state.shown.length)} of ${number.format(all.length)} shown`;
  byId("nothing").hidden = state.shown.length > 0;
  grid.clear();
  grid.lay();
}

function showFilters() {
  const buttons = filters.map(({ name, title, has }) => {
    const count = all.filter(has).length;
    if (!count && name !== state.filter && name !== "pictures") return null;
    const button = make("button", { type: "button", "aria-pressed": String(name === state.filter) },
      `${title} `, make("span", { className: "badge" }, number.format(count)));
    button.dataset.filter = name;
    return button;
  });
  byId("filters").replaceChildren(...buttons.filter(Boolean));
  byId("save-ticks").hidden = ticks.rows().length === 0;
  byId("save-ticks").textContent = `Save the list (${number.format(ticks.rows().length)})`;
}

/* ---- places of files ---- */

const quoted = (path) => path.split("/").map(encodeURIComponent).join("/");
const thumbnailOf = (tile) => `${data.root}report_files/thumbnails/${quoted(tile.thumbnail)}`;
const pictureOf = (tile) => `${data.root}${quoted(`${data.folder}/Images/${tile.file}`)}`;
const isWeb = (url) => /^https?:\/\//i.test(url);

/* ---- tiles: only those near the window are in the page ---- */

const grid = {
  tiles: new Map(), // place among the shown -> element
  width: 0,
  height: 0,

  lay() {
    const width = byId("grid").clientWidth;
    state.columns = Math.max(2, Math.floor((width + GAP) / (NARROWEST + GAP)));
    this.width = (width - GAP * (state.columns - 1)) / state.columns;
    this.height = Math.round(this.width * 0.75) + CAPTION_HEIGHT;
    const rows = Math.ceil(state.shown.length / state.columns);
    byId("grid").style.height = `${rows * (this.height + GAP)}px`;
    for (const [place, element] of this.tiles) this.put(element, place);
    this.draw();
  },

  draw() {
    const top = -byId("grid").getBoundingClientRect().top;
    const step = this.height + GAP;
    const first = Math.max(0, Math.floor(top / step) - ROWS_BEYOND) * state.columns;
    const end = Math.min(state.shown.length,
      (Math.ceil((top + innerHeight) / step) + ROWS_BEYOND) * state.columns);
    for (const [place, element] of this.tiles) {
      if (place < first || place >= end) {
        element.remove();
        this.tiles.delete(place);
      }
    }
    for (let place = first; place < end; place += 1) {
      if (!this.tiles.has(place)) this.add(place);
    }
  },

  add(place) {
    const element = drawTile(state.shown[place], place);
    this.tiles.set(place, element);
    this.put(element, place);
    const after = [...this.tiles.keys()].filter((other) => other > place);
    byId("grid").insertBefore(element, after.length ? this.tiles.get(Math.min(...after)) : null);
  },

  put(element, place) {
    element.style.width = `${this.width}px`;
    element.style.height = `${this.height}px`;
    const left = (place % state.columns) * (this.width + GAP);
    const top = Math.floor(place / state.columns) * (this.height + GAP);
    element.style.transform = `translate(${left}px, ${top}px)`;
  },

  clear() {
    this.tiles.forEach((element) => element.remove());
    this.tiles.clear();
  },

  /** The tile of that place, on the screen. */
  reach(place) {
    const step = this.height + GAP;
    const top = byId("grid").getBoundingClientRect().top + Math.floor(place / state.columns) * step;
    const bar = document.querySelector(".what");
    const roof = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
    if (top < roof) scrollBy(0, top - roof - GAP);
    if (top + this.height > innerHeight) scrollBy(0, top + this.height - innerHeight + GAP);
    this.draw();
    return this.tiles.get(place);
  },
};

function drawTile(tile, place) {
  const open = make("button", { type: "button", className: "open", tabIndex: place === state.current ? 0 : -1 });
  open.append(...(tile.isKept ? pictureOn(tile) : [make("span", { className: "failed" }, tile.reason)]));
  open.addEventListener("click", () => show(place));
  open.addEventListener("focus", () => {
    state.current = place;
  });
  const tick = make("input", { type: "checkbox", checked: isTicked(tile), tabIndex: -1, title: "Leave out (x)" });
  tick.setAttribute("aria-label", `Leave out ${tile.id}`);
  tick.addEventListener("change", () => setTick(tile, tick.checked));
  const item = make("li", { className: "tile" }, open,
    make("label", { className: "tick" }, tick),
    make("p", { className: "id", title: tile.id }, tile.id),
    make("p", { className: "badges" }, ...badgesOf(tile)));
  item.classList.toggle("ticked", tick.checked);
  item.setAttribute("aria-posinset", place + 1);
  item.setAttribute("aria-setsize", state.shown.length);
  return item;
}

function pictureOn(tile) {
  if (!tile.thumbnail) return [make("span", { className: "failed" }, "no picture to show")];
  const image = make("img", { src: thumbnailOf(tile), alt: `${tile.id}, ${tile.width} × ${tile.height}`,
    loading: "lazy", decoding: "async" });
  return tile.boxes.length ? [image, drawBoxes(tile)] : [image];
}

function badgesOf(tile) {
  const odd = Object.entries(tile.suspicions).map(([name, why]) =>
    make("span", { className: "badge odd", title: why }, data.suspicions[name]));
  if (odd.length) return odd;
  if (!tile.isKept) return [make("span", { className: "quiet", title: tile.description ?? "" }, tile.description ?? "")];
  const boxes = tile.boxes.length ? `, ${tile.boxes.length} ${tile.boxes.length === 1 ? "box" : "boxes"}` : "";
  return [make("span", { className: "quiet" }, `${tile.width} × ${tile.height}${boxes}`)];
}

function drawBoxes(tile) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "boxes");
  drawing.setAttribute("viewBox", `0 0 ${tile.width} ${tile.height}`);
  drawing.setAttribute("aria-hidden", "true");
  for (const kind of ["under", "over"]) {
    for (const box of tile.boxes) {
      const rect = document.createElementNS(SVG, "rect");
      ["x", "y", "width", "height"].forEach((name, place) => rect.setAttribute(name, Math.max(0, box[place])));
      rect.setAttribute("class", kind);
      drawing.append(rect);
    }
  }
  return drawing;
}

/* ---- ticks and boxes ---- */

function setTick(tile, isOut) {
  ticks.set(tile.category, tile.id, isOut);
  for (const [place, element] of grid.tiles) {
    if (state.shown[place].category === tile.category && state.shown[place].id === tile.id) {
      element.classList.toggle("ticked", isOut);
      element.querySelector("input").checked = isOut;
    }
  }
  if (state.shown[state.current] === tile) byId("picture-tick").checked = isOut;
  showFilters();
}

function setBoxes(hasBoxes) {
  state.hasBoxes = hasBoxes;
  document.body.classList.toggle("no-boxes", !hasBoxes);
  byId("boxes").setAttribute("aria-pressed", String(hasBoxes));
}

/* ---- the full picture ---- */

function show(place) {
  const tile = state.shown[place];
  if (!tile) return;
  state.current = place;
  state.viewed = place;
  byId("picture-title").textContent = tile.id;
  byId("picture-odd").textContent = Object.values(tile.suspicions).join("; ");
  byId("picture-facts").replaceChildren(...factsOf(tile).flatMap(([name, value]) =>
    [make("dt", {}, name), make("dd", {}, value)]));
  byId("picture-kin").replaceChildren(...kinOf(tile));
  byId("picture-tick").checked = isTicked(tile);
  byId("previous").disabled = place === 0;
  byId("next").disabled = place === state.shown.length - 1;
  showFull(tile);
  if (!byId("picture").open) byId("picture").showModal();
}

function showFull(tile) {
  const frame = byId("frame");
  frame.hidden = !tile.isKept;
  if (!tile.isKept) return;
  frame.style.setProperty("--width", tile.width || 1);
  frame.style.setProperty("--height", tile.height || 1);
  const image = make("img", { src: pictureOf(tile), alt: `${tile.id}, the whole picture` });
  image.className = tile.turned ? `turned-${tile.turned + 1}` : "";
  image.addEventListener("error", () => {
    frame.append(make("p", { className: "failed" },
      "This browser does not show the file, or it is no longer there: here it is small."));
    image.className = "";
    if (tile.thumbnail) image.src = thumbnailOf(tile);
  }, { once: true });
  const names = tile.boxes.map(([x, y, , , name]) => {
    const label = make("span", { className: "box-name" }, name);
    label.style.left = `${(100 * Math.max(0, x)) / tile.width}%`;
    label.style.top = `${(100 * Math.max(0, y)) / tile.height}%`;
    return label;
  });
  frame.replaceChildren(image, drawBoxes(tile), ...names);
}

function factsOf(tile) {
  const facts = [["became", tile.isKept ? tile.reason : `${tile.reason}: ${tile.description ?? ""}`]];
  if (tile.isKept) {
    const file = make("a", { href: pictureOf(tile) }, `${data.folder}/Images/${tile.file}`);
    facts.push(["file", file], ["pixels", `${tile.width} × ${tile.height}`],
      ["bytes", number.format(tile.bytes ?? 0)],
      ["annotation", `${tile.annotation}, ${tile.boxes.length} drawn`], ["sha256", tile.sha256 ?? ""]);
  }
  if (tile.http) facts.push(["HTTP status", String(tile.http)]);
  facts.push(["from", isWeb(tile.url)
    ? make("a", { href: tile.url, rel: "noreferrer noopener", target: "_blank" }, tile.url) : tile.url]);
  if (tile.finished) facts.push(["when", tile.finished]);
  return facts;
}

function kinOf(tile) {
  if (!tile.kin.length) return [];
  const links = tile.kin.flatMap(([page, id]) =>
    [make("a", { href: `${data.root}report_files/pages/${quoted(page)}#picture=${encodeURIComponent(id)}` }, id), " "]);
  return ["Looks the same: ", ...links];
}

/* ---- from place to place ---- */

const isViewing = () => byId("picture").open;

function go(step) {
  const place = Math.min(Math.max(state.current + step, 0), state.shown.length - 1);
  if (isViewing()) {
    show(place);
    return;
  }
  grid.tiles.get(state.current)?.querySelector(".open").setAttribute("tabindex", "-1");
  state.current = place;
  const open = grid.reach(place)?.querySelector(".open");
  open?.setAttribute("tabindex", "0");
  open?.focus({ preventScroll: true });
}

/** What stands behind # in the address: a filter, or a picture to be shown. */
function followAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const filter = filters.find(({ name }) => name === asked.get("show"));
  state.filter = filter ? filter.name : state.filter;
  const id = asked.get("picture");
  if (id && !all.some((tile) => tile.id === id && tile.isKept)) state.filter = "everything";
  showFilters();
  choose();
  const place = id ? state.shown.findIndex((tile) => tile.id === id) : -1;
  if (place >= 0) {
    grid.reach(place);
    show(place);
  }
}

byId("filters").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  state.filter = button.dataset.filter;
  showFilters();
  choose();
});
byId("search").addEventListener("input", choose);
byId("order").addEventListener("change", choose);
byId("boxes").addEventListener("click", () => setBoxes(!state.hasBoxes));
byId("previous").addEventListener("click", () => go(-1));
byId("next").addEventListener("click", () => go(1));
byId("close").addEventListener("click", () => byId("picture").close());
byId("picture").addEventListener("close", () => {
  state.current = state.viewed; // the browser has gone back to where it was opened
  go(0);
});
byId("picture").addEventListener("click", (event) => {
  if (event.target === byId("picture")) byId("picture").close(); // beside it
});
byId("picture-tick").addEventListener("change", (event) =>
  setTick(state.shown[state.current], event.target.checked));
addEventListener("scroll", () => requestAnimationFrame(() => grid.draw()), { passive: true });
addEventListener("resize", () => grid.lay());
addEventListener("hashchange", followAddress);
addEventListener("storage", () => {
  showFilters();
  grid.clear();
  grid.draw();
});

onKeys({
  ...sharedKeys,
  ArrowLeft: () => go(-1),
  ArrowRight: () => go(1),
  ArrowUp: () => go(isViewing() ? -1 : -state.columns),
  ArrowDown: () => go(isViewing() ? 1 : state.columns),
  Enter: (event) => (event.target === document.body ? show(state.current) : false),
  b: () => setBoxes(!state.hasBoxes),
  x: () => {
    const tile = state.shown[state.current];
    if (tile) setTick(tile, !isTicked(tile));
  },
});

for (let page = 1; page <= data.pages && data.pages > 1; page += 1) {
  byId("other-pages").append(page === data.page ? make("b", {}, page)
    : make("a", { href: `${page}.html` }, page), " ");
}
followAddress();
