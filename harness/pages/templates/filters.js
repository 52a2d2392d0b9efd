"use strict";
// Search, sorting and checks of the lists of a page.

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
