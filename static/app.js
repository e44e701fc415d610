/* The little script there is. Every page works without it.

   1. A form with data-autosave-url keeps what a person writes: a second after typing stops, and when the page is left.
   2. The summary of what is wrong is brought to the reader once, when the page opens.
   3. The print link shows itself where a browser can print.
   4. When htmx replaces a part of the page, what was open in it stays open and the focus stays where it was.
   5. Where one page leads to the next, the arrow keys turn them.
   6. A form that htmx sends is sent whole where its answer is no part of the page. */
"use strict";

(() => {
  const PAUSE = 1000;

  function clock(moment, zone) {
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    try {
      return new Intl.DateTimeFormat(document.documentElement.lang, { ...options, timeZone: zone }).format(moment);
    } catch {
      return new Intl.DateTimeFormat(document.documentElement.lang, options).format(moment);
    }
  }

  function autosave(form) {
    const line = form.querySelector(".saved");
    const texts = line ? line.dataset : {};
    let timer = 0;
    let kept = written(); // what the server is known to have
    let savedAt = null;
    let sending = false;
    let leaving = false;

    function written() {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string" && name !== "csrfmiddlewaretoken") body.append(name, value);
      }
      return body.toString();
    }

    // The same words twice are not said twice to a screen reader.
    function say(sentence, failed) {
      if (!line) return;
      line.classList.toggle("not", failed);
      if (line.textContent !== sentence) line.textContent = sentence;
    }

    function failed(sentence) {
      const since = savedAt ? texts.notSaved.replace("{time}", clock(savedAt, texts.zone)) : texts.neverSaved;
      say(sentence || since, true);
    }

    async function send(keepalive) {
      const now = written();
      if (now === kept || (sending && !keepalive)) return;
      sending = true;
      try {
        const answer = await fetch(form.dataset.autosaveUrl, {
          method: "POST",
          body: now,
          keepalive,
          credentials: "same-origin",
          redirect: "error",
          headers: {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
            "X-CSRFToken": form.elements.csrfmiddlewaretoken ? form.elements.csrfmiddlewaretoken.value : "",
            "X-Requested-With": "XMLHttpRequest",
          },
        });
        const said = await answer.json().catch(() => ({}));
        if (answer.ok && said.saved_at) {
          kept = now;
          savedAt = new Date(said.saved_at);
          say(texts.saved.replace("{time}", clock(savedAt, texts.zone)), false);
        } else {
          failed(said.sentence);
        }
      } catch {
        failed();
      }
      sending = false;
      if (written() !== kept) later(line && line.classList.contains("not") ? 15 * PAUSE : PAUSE);
    }

    function later(pause) {
      clearTimeout(timer);
      timer = setTimeout(() => send(false), pause);
    }

    form.addEventListener("input", () => later(PAUSE));
    form.addEventListener("change", () => later(PAUSE));
    form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
    // A phone may never come back from the background, so hidden counts as leaving.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && !leaving) send(false);
    });
    window.addEventListener("pagehide", () => { if (!leaving) send(true); });
    window.addEventListener("online", () => send(false));
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && line && line.classList.contains("not") && written() !== kept) event.preventDefault();
    });
    window.addEventListener("pageshow", () => { leaving = false; });
  }

  for (const form of document.querySelectorAll("form[data-autosave-url]")) autosave(form);
  document.addEventListener("htmx:load", (event) => {
    if (event.target === document.body) return;
    for (const form of event.target.querySelectorAll("form[data-autosave-url]")) autosave(form);
  });

  const ACTIVE = "a, button, summary, input, select, textarea";
  let left = null; // how the part looked that is being replaced

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    const at = document.activeElement;
    const near = part.contains(at) ? at.closest("[id]") : null;
    left = {
      folds: [...part.querySelectorAll("details[id]")].map((fold) => [fold.id, fold.open]),
      near: near ? near.id : "",
      place: near ? [...near.querySelectorAll(ACTIVE)].indexOf(at) : -1,
    };
  });
  document.addEventListener("htmx:load", () => {
    if (!left) return;
    for (const [id, open] of left.folds) {
      const fold = document.getElementById(id);
      if (fold) fold.open = open;
    }
    const near = document.getElementById(left.near);
    if (near && document.activeElement === document.body) {
      const again = [...near.querySelectorAll(ACTIVE)][left.place];
      if (again) again.focus({ preventScroll: true });
    }
    left = null;
  });

  const errors = document.querySelector("#errors[role=alert]");
  if (errors && !document.querySelector(":target")) errors.focus();

  const turning = document.querySelector("[data-arrows]");
  if (turning) {
    const onwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const link = turning.querySelector(event.key === onwards ? "[rel=next]" : "[rel=prev]");
      if (link) link.click();
    });
  }

  // Tried too often, or a token that has become too old: the page that says so, with the words that were typed.
  document.addEventListener("htmx:responseError", (event) => {
    const form = event.detail.elt;
    if (form.matches("form[method=post]")) form.submit();
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
