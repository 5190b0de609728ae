// The debugger's page: frames that unfold, consoles in them, the PIN that unlocks these.
"use strict";

docReady(() => {
  for (const frame of document.querySelectorAll(".traceback .frame")) prepareFrame(frame, EVALEX);
  const own = document.querySelectorAll(".traceback li:not(.library) > .frame");
  if (own.length) own[own.length - 1].classList.add("expanded");
  prepareViews();
  prepareLibraries();
  const place = document.querySelector(".console-place");
  if (place) unlocked(() => openConsole(place, 0));
});

function docReady(start) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}

function ask(parameters) {
  const query = new URLSearchParams({ __debugger__: "yes", s: SECRET, ...parameters });
  return fetch(`${location.pathname}?${query}`, { credentials: "same-origin" });
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

function prepareFrame(frame, withConsole) {
  const heading = frame.querySelector("h4");
  const source = frame.querySelector(".source");
  const unfold = () => {
    // Whoever selects text does not mean to click.
    if (!String(getSelection())) frame.classList.toggle("expanded");
  };
  heading.addEventListener("click", unfold);
  source.addEventListener("click", unfold);
  if (!withConsole) return;
  const button = element("button", "open-console", ">_");
  button.title = "Open a console in this frame";
  button.setAttribute("aria-label", button.title);
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    const console_ = frame.querySelector(":scope > .console");
    if (console_) console_.hidden = !console_.hidden;
    else unlocked(() => openConsole(frame, frame.id.slice("frame-".length)));
  });
  heading.append(button);
}

function prepareViews() {
  const buttons = document.querySelectorAll("nav [data-view]");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) {
        const chosen = other === button;
        other.setAttribute("aria-pressed", chosen);
        document.querySelector(`.debugger > .${other.dataset.view}`).hidden = !chosen;
      }
    });
  }
  const copy = document.querySelector("nav .copy");
  if (!copy) return;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.querySelector(".plaintext").textContent);
      copy.textContent = "Copied";
    } catch {
      // Browsers give the clipboard to pages from https and localhost alone.
      document.querySelector("nav [data-view=plain]").click();
      getSelection().selectAllChildren(document.querySelector(".plaintext"));
      copy.textContent = "Selected: Ctrl+C";
    }
    setTimeout(() => (copy.textContent = "Copy"), 2500);
  });
}

// Runs of three and more frames of libraries are folded into one line.
function prepareLibraries() {
  const box = document.querySelector("nav .libraries");
  if (!box) return;
  const runs = [];
  let run = [];
  for (const item of document.querySelectorAll(".debugger > .traceback > ul > li")) {
    if (item.classList.contains("library")) run.push(item);
    else run = [];
    if (run.length === 1) runs.push(run);
  }
  const long = runs.filter((items) => items.length > 2);
  for (const items of long) {
    const line = element("li", "folded", `${items.length} frames of libraries`);
    items[0].before(line);
    items.line = line;
  }
  const show = () => {
    for (const items of long) {
      items.line.hidden = box.checked;
      for (const item of items) item.hidden = !box.checked;
    }
  };
  box.addEventListener("change", show);
  box.parentElement.hidden = !long.length;
  show();
}

// Calls `go` once the PIN is given; a browser that has given it before has a cookie.
function unlocked(go) {
  if (EVALEX_TRUSTED) return go();
  const dialog = document.querySelector(".pin-prompt");
  const field = dialog.querySelector("input");
  const answer = dialog.querySelector(".pin-answer");
  const form = dialog.querySelector("form");
  answer.textContent = "";
  field.value = "";
  ask({ cmd: "printpin" }).catch(() => {});
  form.onsubmit = async (event) => {
    if (event.submitter && event.submitter.value === "cancel") return;
    event.preventDefault();
    answer.textContent = "One moment";
    answer.textContent = await tryPin(field.value);
    if (!EVALEX_TRUSTED) return field.select();
    dialog.close();
    go();
  };
  dialog.showModal();
  field.focus();
}

// Gives what to tell the person, nothing where the PIN was right.
async function tryPin(pin) {
  try {
    const response = await ask({ cmd: "pinauth", pin });
    if (response.status === 400) return "The server does not trust this page's host.";
    const { auth, exhausted } = await response.json();
    if (auth) {
      EVALEX_TRUSTED = true;
      return "";
    }
    return exhausted
      ? "Too many wrong PINs. Restart the server to try again."
      : "That is not the PIN.";
  } catch {
    return "The server does not answer. If it was restarted, reload this page.";
  }
}

function openConsole(place, frame) {
  const box = element("div", "console");
  const output = element("pre", "output");
  const form = element("form", "");
  const prompt = element("span", "prompt", ">>> ");
  const input = element("input", "");
  input.setAttribute("aria-label", "Python");
  for (const [name, value] of [["autocomplete", "off"], ["autocapitalize", "off"], ["spellcheck", "false"]])
    input.setAttribute(name, value);
  form.append(prompt, input);
  box.append(output, form);
  place.append(box);
  box.addEventListener("click", () => {
    if (!String(getSelection())) input.focus();
  });
  keepHistory(input);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const command = input.value;
    input.value = "";
    if (command.trim() === "clear") output.textContent = "";
    else await run(command, frame, output, prompt);
    output.scrollTop = output.scrollHeight;
    input.focus();
  });
  input.focus();
}

async function run(command, frame, output, prompt) {
  const shown = element("div", "");
  try {
    const response = await ask({ cmd: command, frm: frame });
    // What comes without a prompt is the application's: it was restarted and knows no such frame.
    const next = response.headers.get("Debugger-Prompt");
    if (!next) throw new Error();
    shown.innerHTML = await response.text();
    prepareOutput(shown);
    prompt.textContent = `${next} `;
  } catch {
    shown.append(element("span", "trouble", "This frame is gone: reload the page."));
  }
  output.append(shown);
}

function prepareOutput(shown) {
  for (const frame of shown.querySelectorAll(".frame")) prepareFrame(frame, false);
  for (const part of shown.querySelectorAll(".extended")) {
    const button = element("button", "more", "…");
    button.type = "button";
    button.title = "Show the rest";
    part.hidden = true;
    part.before(button);
    button.addEventListener("click", () => {
      part.hidden = false;
      button.remove();
    });
  }
}

function keepHistory(input) {
  const lines = [""];
  let at = 0;
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value) {
      lines[lines.length - 1] = input.value;
      lines.push("");
      at = lines.length - 1;
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      if (at === lines.length - 1) lines[at] = input.value;
      at = Math.max(0, Math.min(lines.length - 1, at + (event.key === "ArrowUp" ? -1 : 1)));
      input.value = lines[at];
    }
  });
}
