// Figures: shown when they are unfolded, with their numbers, and as a picture for slides.

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
