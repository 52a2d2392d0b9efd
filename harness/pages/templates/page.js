// Begins when all else of the script is there. Only comforts: without a script everything is shown, and every link works.

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

const form = document.querySelector("form.filter");
document.querySelectorAll(".downloads").forEach(addPngButton);
showWithin(document);
document.addEventListener("toggle", (event) => { if (event.target.open) showWithin(event.target); }, true);
addEventListener("beforeprint", () => document.querySelectorAll(".drawing").forEach(show));
const showAll = !form ? () => {} : form.classList.contains("list") ? setUpListFilter(form) : setUpFilter(form);
addEventListener("hashchange", () => reveal(showAll));
if (location.hash) reveal(showAll);
if (navigator.clipboard) document.querySelectorAll("code.command").forEach(addCopyButton);
