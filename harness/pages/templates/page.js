"use strict";
// Only comforts: without a script everything is shown, and every link works.

function setUpFilter(form) {
  const readings = [...document.querySelectorAll("[data-reading]")];
  const rows = new Map([...document.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
  const findings = [...document.querySelectorAll("[data-finding]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const output = form.querySelector("output");
  const texts = new Map();

  function textOf(reading) {
    if (!texts.has(reading)) {
      const heading = reading.closest("[data-finding]").querySelector("h3, .id");
      texts.set(reading, `${heading.textContent} ${reading.id} ${reading.textContent}`.toLowerCase());
    }
    return texts.get(reading);
  }

  function matches(reading, asked, words) {
    const { verdict, section, basis, trainers } = reading.dataset;
    return asked.getAll("verdict").includes(verdict)
      && (!asked.get("section") || asked.get("section") === section)
      && (!asked.get("basis") || asked.get("basis") === basis)
      && (!asked.get("trainer") || trainers.split(" ").includes(asked.get("trainer")))
      && words.every((word) => textOf(reading).includes(word));
  }

  function apply() {
    const asked = new FormData(form);
    const words = asked.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const reading of readings) {
      reading.hidden = !matches(reading, asked, words);
      rows.get(reading.id).hidden = reading.hidden;
      shown += !reading.hidden;
    }
    for (const finding of findings) finding.hidden = !finding.querySelector("[data-reading]:not([hidden])");
    for (const group of groups) group.hidden = !group.querySelector("[data-reading]:not([hidden]), [data-row]:not([hidden])");
    const left = findings.filter((finding) => !finding.hidden).length;
    output.textContent = `${shown} of ${readings.length} readings, in ${left} of ${findings.length} findings`;
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply)); // after the fields have been reset
  form.hidden = false;
  apply();
  return () => { form.reset(); apply(); };
}

// A link must lead somewhere, whatever is filtered out or folded away.
function reveal(showAll) {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[hidden]")) showAll();
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
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

const form = document.querySelector("form.filter");
const showAll = form ? setUpFilter(form) : () => {};
addEventListener("hashchange", () => reveal(showAll));
if (location.hash) reveal(showAll);
if (navigator.clipboard) document.querySelectorAll("code.command").forEach(addCopyButton);
