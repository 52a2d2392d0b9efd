"use strict";
// Only comforts: without a script everything is shown, and every link works.

// What is asked of the findings stands in the address, behind "#?", so that it can be sent to others.
const ASKED = "#?";

// All text but that of figures.
function saidIn(part) {
  const outside = (node) => (node.nodeType === Node.ELEMENT_NODE && node.matches(".drawing") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, outside);
  const texts = [];
  while (walker.nextNode()) if (walker.currentNode.nodeType === Node.TEXT_NODE) texts.push(walker.currentNode.data);
  return texts.join("");
}

function setUpFilter(form) {
  const findings = [...document.querySelectorAll("[data-finding]")];
  const rows = [...document.querySelectorAll("[data-of]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const nothing = document.querySelector(".nothing");
  const table = document.querySelector("table.answers");
  const output = form.querySelector("output");
  const texts = new Map();

  function textOf(finding) {
    if (!texts.has(finding.id)) {
      const row = table.querySelector(`[data-of="${CSS.escape(finding.id)}"]`);
      const readings = [...finding.querySelectorAll("[data-reading]")].map((reading) => reading.id);
      texts.set(finding.id, `${row.textContent} ${readings.join(" ")} ${saidIn(finding)}`.toLowerCase());
    }
    return texts.get(finding.id);
  }

  function matches(finding, asked, words) {
    const { answer, section, basis, trainers, fragile, surprises } = finding.dataset;
    const only = asked.get("only");
    return (!asked.get("answer") || asked.get("answer") === answer)
      && (!asked.get("section") || asked.get("section") === section)
      && (!asked.get("basis") || asked.get("basis") === basis)
      && (!asked.get("trainer") || trainers.split(" ").includes(asked.get("trainer")))
      && (only !== "fragile" || fragile === "True")
      && (only !== "changed" || surprises !== "0")
      && words.every((word) => textOf(finding).includes(word));
  }

  const order = new Map(rows.filter((row) => table.contains(row)).map((row, place) => [row, place]));
  const bodyOf = new Map([...order.keys()].map((row) => [row, row.parentElement]));
  const sorted = document.createElement("tbody");
  sorted.setAttribute("role", "rowgroup");
  table.append(sorted);

  function sort(by) {
    const finding = (row) => document.getElementById(row.dataset.of);
    const worth = {
      answer: (row) => finding(row).dataset.answer,
      distance: (row) => -Number(finding(row).dataset.distance.replace("inf", "Infinity")),
      surprises: (row) => -Number(finding(row).dataset.surprises),
    }[by];
    const all = [...order.keys()];
    if (!worth) {
      for (const row of all) bodyOf.get(row).append(row);
      return;
    }
    const compare = (one, other) => (worth(one) < worth(other) ? -1 : worth(one) > worth(other) ? 1 : order.get(one) - order.get(other));
    sorted.append(...all.sort(compare));
  }

  function apply() {
    const asked = new FormData(form);
    const words = asked.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set(findings.filter((finding) => matches(finding, asked, words)).map((finding) => finding.id));
    sort(asked.get("sort"));
    for (const finding of findings) finding.hidden = !shown.has(finding.id);
    for (const row of rows) row.hidden = !shown.has(row.dataset.of);
    for (const group of groups) group.hidden = !group.querySelector("[data-finding]:not([hidden]), [data-of]:not([hidden])");
    nothing.hidden = shown.size > 0;
    output.textContent = `${shown.size} of ${findings.length} findings`;
  }

  function write() {
    const given = String(new URLSearchParams([...new FormData(form)].filter(([, value]) => value)));
    // Where nothing is asked any more, the address of what a link led to stays.
    if (given || location.hash.startsWith(ASKED)) history.replaceState(null, "", given ? ASKED + given : "#");
  }

  function read() {
    const given = new URLSearchParams(location.hash.slice(ASKED.length));
    for (const field of form.elements) if (field.name) field.value = given.get(field.name) ?? "";
    apply();
  }

  function showAll() {
    form.reset();
    apply();
  }

  form.addEventListener("input", () => { apply(); write(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); write(); })); // after the fields have been reset
  document.querySelector("[data-show-all]").addEventListener("click", () => { showAll(); write(); });
  form.hidden = false;
  if (location.hash.startsWith(ASKED)) read(); else apply();
  return showAll;
}

// A plain list, of cells or of readings: whatever does not hold all words is hidden.
function setUpListFilter(form) {
  const listed = [...document.querySelectorAll("[data-listed]")];
  // Of a cell its heading and its fields, not the numbers of its trainings.
  const told = (one) => [...one.querySelectorAll(":scope > summary, :scope > p, :scope > th, :scope > td")];
  const texts = new Map(listed.map((one) => [one, told(one).map((part) => part.textContent).join(" ").toLowerCase()]));

  function apply() {
    const words = new FormData(form).get("text").toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of listed) one.hidden = !words.every((word) => texts.get(one).includes(word));
    const left = listed.filter((one) => !one.hidden).length;
    form.querySelector("output").textContent = left ? `${left} of ${listed.length}` : "Nothing fits.";
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = listed.length < 2;
  apply();
  return () => { form.reset(); apply(); };
}

// A link must lead somewhere, whatever is filtered out or folded away.
function reveal(showAll) {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[hidden]")) showAll();
  target.querySelector(":scope > details")?.setAttribute("open", "");
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  showWithin(document); // before it is known where the target comes to lie
  target.scrollIntoView();
}

function addCopyButton(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the command ${code.textContent}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  code.after(" ", button);
}

// Of a figure the page holds the text, and makes elements of it once it is not folded away.
function show(drawing) {
  const kept = drawing.querySelector(":scope > noscript");
  if (!kept) return;
  drawing.innerHTML = kept.textContent;
  const tiles = [...drawing.querySelectorAll("svg[data-values]")];
  if (tiles.length) addReader(drawing, tiles);
}

function showWithin(part) {
  for (const drawing of part.querySelectorAll(".drawing")) if (!drawing.closest("details:not([open])")) show(drawing);
}

function element(name, parent) {
  const made = document.createElement("div");
  made.className = name;
  parent.append(made);
  return made;
}

// Numbers of a figure where the pointer is, or where the arrow keys lead: one stop of the tabulator for all its panels.
function addReader(drawing, tiles) {
  const reader = element("reader", drawing);
  const [cursor, tip] = [element("cursor", reader), element("tip", reader)];
  cursor.hidden = tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // the slider says the same
  const panels = new Map(tiles.map((tile) => [tile, JSON.parse(tile.dataset.values)]));
  const stops = tiles.flatMap((tile) => panels.get(tile).at.map((_, number) => [tile, number]));
  const first = new Map(tiles.map((tile) => [tile, stops.findIndex((stop) => stop[0] === tile)]));
  let now = 0;

  // Where a stop lies along the axis, as a part of the panel's area.
  const partOf = ({ at, ends }, number) => (at[number] - ends[0]) / (ends[1] - ends[0]);

  function lines([tile, number]) {
    const { name, step, at, labels, told, series, notes } = panels.get(tile);
    const numbers = Object.entries(series).map(([its, rows]) => {
      const found = rows.map((row) => row[number]).map((one) => (one === null ? "none" : String(one).replace("-", "\u2212")));
      return `${its}: ${found.length === 3 ? `${found[1]} (${found[0]} to ${found[2]})` : found[0]}`;
    });
    return [name, labels.length ? labels[number] : `${step}: ${at[number]}`, ...numbers, told, ...notes].filter(Boolean);
  }

  function tell(place) {
    now = place;
    const said = lines(stops[place]).join("; ");
    reader.setAttribute("aria-valuenow", String(place));
    reader.setAttribute("aria-valuetext", said);
  }

  function point() {
    const [tile, number] = stops[now];
    const { area, along } = panels.get(tile);
    const [outer, box, view] = [drawing.getBoundingClientRect(), tile.getBoundingClientRect(), tile.viewBox.baseVal];
    const scale = box.width / view.width;
    const [left, top] = [box.left - outer.left + drawing.scrollLeft, box.top - outer.top];
    const corner = [left + (area[0] - view.x) * scale, top + (area[1] - view.y) * scale];
    const [wide, high] = [area[2] * scale, area[3] * scale];
    const away = partOf(panels.get(tile), number) * (along === "x" ? wide : high);
    cursor.hidden = tip.hidden = false;
    cursor.style.cssText = along === "x"
      ? `left: ${corner[0] + away}px; top: ${corner[1]}px; height: ${high}px; width: 0`
      : `left: ${corner[0]}px; top: ${corner[1] + away}px; width: ${wide}px; height: 0`;
    tip.replaceChildren(...lines(stops[now]).map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    const room = drawing.scrollLeft + drawing.clientWidth - tip.offsetWidth;
    const beside = along === "x" ? corner[0] + away + 10 : corner[0] + wide / 2;
    const flipped = beside > room && along === "x" ? corner[0] + away - 10 - tip.offsetWidth : Math.min(beside, room);
    tip.style.left = `${Math.max(drawing.scrollLeft, flipped)}px`;
    const below = along === "x" ? corner[1] : corner[1] + away + 10;
    tip.style.top = `${Math.max(0, Math.min(below, drawing.clientHeight - tip.offsetHeight))}px`;
  }

  function leave() { cursor.hidden = tip.hidden = true; }

  function nearest(tile, event) {
    const { area, along, at } = panels.get(tile);
    const [box, view] = [tile.getBoundingClientRect(), tile.viewBox.baseVal];
    const scale = box.width / view.width;
    const part = along === "x"
      ? ((event.clientX - box.left) / scale + view.x - area[0]) / area[2]
      : ((event.clientY - box.top) / scale + view.y - area[1]) / area[3];
    const away = at.map((_, number) => Math.abs(partOf(panels.get(tile), number) - part));
    return first.get(tile) + away.indexOf(Math.min(...away));
  }

  function goal(key) {
    const [tile] = stops[now];
    const panel = tiles.indexOf(tile);
    const step = panels.get(tile).along === "x" ? 1 : -1; // down the rows is on
    return {
      ArrowRight: now + 1, ArrowLeft: now - 1, ArrowUp: now + step, ArrowDown: now - step,
      Home: first.get(tile), End: (first.get(tiles[panel + 1]) ?? stops.length) - 1,
      PageDown: first.get(tiles[panel + 1]), PageUp: first.get(tiles[panel - 1]),
    }[key];
  }

  const attributes = {
    role: "slider", tabindex: 0, "aria-label": `Values of ${drawing.getAttribute("aria-label")}`, "aria-valuemin": 0, "aria-valuemax": stops.length - 1,
  };
  for (const [name, value] of Object.entries(attributes)) reader.setAttribute(name, String(value));
  tell(0);
  drawing.addEventListener("pointermove", (event) => {
    const tile = event.target.closest("svg[data-values]");
    if (tile) { tell(nearest(tile, event)); point(); }
  });
  drawing.addEventListener("pointerleave", leave);
  reader.addEventListener("focus", point);
  reader.addEventListener("blur", leave);
  reader.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    const to = goal(event.key);
    if (to === undefined) return;
    event.preventDefault();
    tell(Math.max(0, Math.min(stops.length - 1, to)));
    point();
  });
}

// A picture of points for slides, twice as large: all panels where they were drawn, in the colours in which they were.
function addPngButton(line) {
  const drawing = line.closest("figure, details").querySelector(".drawing");
  if (!drawing) return; // shown from its file, which a page that is a file may not read
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "PNG";
  button.setAttribute("aria-label", `Download as PNG: ${drawing.getAttribute("aria-label")}`);
  button.addEventListener("click", async () => {
    show(drawing);
    const tiles = [...drawing.querySelectorAll("svg")];
    const ends = (along, size) => Math.max(...tiles.filter((tile) => tile.hasAttribute("viewBox")).map(({ viewBox: { baseVal: view } }) => view[along] + view[size]));
    const [width, height] = [ends("x", "width"), ends("y", "height")];
    const size = `viewBox="0 0 ${width} ${height}" width="${(width * 8) / 3}" height="${(height * 8) / 3}"`;
    const parts = tiles.map((tile) => [...tile.children].map((part) => new XMLSerializer().serializeToString(part)).join(""));
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" ${size}><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.download = line.querySelector("a").getAttribute("href").split("/").pop().replace(/svg$/, "png");
    link.href = canvas.toDataURL("image/png");
    link.click();
  });
  line.append(" ", button);
}

const form = document.querySelector("form.filter");
document.querySelectorAll(".downloads").forEach(addPngButton);
showWithin(document);
document.addEventListener("toggle", (event) => { if (event.target.open) showWithin(event.target); }, true);
addEventListener("beforeprint", () => document.querySelectorAll(".drawing").forEach(show));
const showAll = !form ? () => {} : form.classList.contains("list") ? setUpListFilter(form) : setUpFilter(form);
addEventListener("hashchange", () => reveal(showAll));
if (location.hash) reveal(showAll);
if (navigator.clipboard) document.querySelectorAll("code.command").forEach(addCopyButton);
