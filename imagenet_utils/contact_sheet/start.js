const RELOAD_SECONDS = 30;
const SILENCE_SECONDS = 180; // a run that goes on writes every 60
const FORGET_SECONDS = 3600; // then nobody waits for it any more

function showTicks() {
  const rows = ticks.rows();
  byId("ticks").hidden = rows.length === 0;
  byId("tick-count").textContent = `${number.format(rows.length)} ticked.`;
}

function findCategories() {
  const words = byId("search").value.trim().toLowerCase();
  for (const row of byId("categories").rows) {
    row.hidden = !row.cells[0].textContent.toLowerCase().includes(words);
  }
}

/** A page that is rewritten while a run goes on loads itself anew, and says when no news come. */
function followRun() {
  const banner = document.querySelector(".banner");
  if (!banner) return;
  const silence = Date.now() / 1000 - data.written;
  if (data.running) {
    const isSilent = silence > SILENCE_SECONDS;
    banner.dataset.running = isSilent ? "no" : "yes";
    banner.querySelector(".state").textContent = isSilent
      ? "No news for minutes: the run was killed, or the machine sleeps." : "running";
    if (silence < FORGET_SECONDS) setTimeout(reload, RELOAD_SECONDS * 1000);
  }
}

function reload() {
  if (document.querySelector("dialog[open]") || byId("search").value) {
    setTimeout(reload, RELOAD_SECONDS * 1000);
  } else {
    location.reload();
  }
}

/** Which parts are open is remembered, for the page may load itself anew. */
function rememberOpenParts() {
  for (const part of document.querySelectorAll("details")) {
    const key = `part-of-imagenet open ${part.querySelector("summary").textContent.split("(")[0]}`;
    const state = kept.read(key);
    if (state) part.open = state === "open";
    part.addEventListener("toggle", () => kept.write(key, part.open ? "open" : "closed"));
  }
}

byId("search").addEventListener("input", findCategories);
byId("clear-ticks").addEventListener("click", () => {
  ticks.clear();
  showTicks();
});
addEventListener("storage", showTicks);
addEventListener("pageshow", showTicks);
onKeys(sharedKeys);
rememberOpenParts();
followRun();
