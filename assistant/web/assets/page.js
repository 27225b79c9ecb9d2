// What a page cannot leave to the server: hover cards, scrolling, keys, copying, the look. Everything else is Python.
"use strict";
(() => {
  const root = document.documentElement;
  const find = (selector, inside = document) => inside.querySelector(selector);
  let opener = null;

  root.dataset.view = "ask";

  // ---- what is done goes to Python, by the trigger that one component hands over ------------------------------
  let send = null;
  const early = [];
  const trigger = (event, data) => (send ? send(event, data) : early.push([event, data]));
  const take = (given) => {
    send = given;
    early.splice(0).forEach(([event, data]) => send(event, data));
  };
  const waiting = window.newsPage || [];
  window.newsPage = { push: take };
  waiting.forEach(take);
  const details = (element) => {
    const { go: _go, action: _action, ...rest } = element.dataset;
    return rest;
  };

  let renewed = null;
  const clicked = (event) => {
    const target = event.target.closest(
      "[data-go],[data-action],[data-article],[data-dialog],[data-export],[data-copy],[data-view],[data-pane],[data-menu],[data-theme-toggle],[data-period]"
    );
    if (!target || target.tagName === "ARTICLE") return;
    const data = target.dataset;
    if ("themeToggle" in data) {
      window.newsTheme.toggle();
    } else if (data.view) show(data.view);
    else if (data.pane) closePane();
    else if (data.menu) toggleMenu();
    else if (data.dialog) ask(target);
    else if (data.export) offer(target);
    else if (data.copy !== undefined) copy(target);
    else if (data.period) trigger("act", { action: "period", period: data.period });
    else if (data.go) {
      if (data.go === "open") remember(data.id || "");
      renewed = data.go === "renew" ? data.position : null;
      show("ask");
      toggleMenu(false);
      trigger("go", { action: data.go, ...details(target) });
    } else if (data.action) {
      if (data.action === "ask-chosen" || data.action === "ask-dates" || data.action === "ask-only") show("ask", true);
      trigger("act", { action: data.action, ...details(target) });
      if (data.action === "edit") focusQuestion();
    } else openPane(target);
    target.closest("details.more")?.removeAttribute("open");
  };

  const submitted = (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    event.preventDefault();
    if (form.dataset.submit) trigger("act", { action: form.dataset.submit, ...Object.fromEntries(new FormData(form)) });
    if ("reset" in form.dataset) form.reset();
    form.closest("details.more")?.removeAttribute("open");
  };

  let pause = 0;
  const searched = (event) => {
    const form = event.target.closest("form[data-find]");
    if (!form) return;
    clearTimeout(pause);
    pause = setTimeout(
      () => trigger("find", { action: form.dataset.find, ...Object.fromEntries(new FormData(form)) }), 200);
  };

  const changed = (event) => {
    const article = event.target.dataset.choose;
    if (article === undefined) return;
    // A box that was ticked by hand no longer follows its attribute, which is what a new list changes.
    event.target.toggleAttribute("checked", event.target.checked);
    trigger("act", { action: "choose", article, on: String(event.target.checked) });
  };
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted);
  document.addEventListener("input", searched);
  document.addEventListener("change", changed);

  // ---- views, menu, pane -----------------------------------------------------------------------------------
  const show = (view, focus = false) => {
    root.dataset.view = view;
    for (const button of document.querySelectorAll(".views [data-view]")) {
      if (button.dataset.view === view) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    const menu = find(".views details.more");
    menu?.classList.toggle("current", Boolean(find("[aria-current]", menu)));
    // What a command changed meanwhile is shown too.
    if (view === "questions") trigger("act", { action: "questions" });
    if (focus) focusQuestion();
  };

  const toggleMenu = (open = root.dataset.menu !== "open") => {
    if (open) root.dataset.menu = "open";
    else delete root.dataset.menu;
    find("[data-menu]")?.setAttribute("aria-expanded", String(open));
  };

  const openPane = (target) => {
    const { article, paragraph = "", start = "", end = "" } = target.dataset;
    opener = target;
    root.dataset.pane = "open";
    trigger("act", { action: "source", article, paragraph, start, end, again: String(Date.now()) });
  };

  const closePane = () => {
    delete root.dataset.pane;
    if (opener?.isConnected) opener.focus();
    opener = null;
  };

  let revealed = null;
  const reveal = () => {
    const pane = find("#pane aside");
    if (!pane || pane.dataset.stamp === revealed) return;
    revealed = pane.dataset.stamp;
    carry();
    const words = find("mark", pane) || find(".cited", pane);
    const body = find(".pane-body", pane);
    body.scrollTop = 0;
    if (words) {
      const room = body.getBoundingClientRect();
      const place = words.getBoundingClientRect();
      body.scrollTop = place.top - room.top - Math.max(24, (room.height - place.height) / 3);
    }
    find(".pane-head h2", pane)?.focus({ preventScroll: true });
  };

  // ---- who carries what is cited: in its card, and above its article ------------------------------------------
  const placeOf = ({ dataset }) => `${dataset.paragraph} ${dataset.start} ${dataset.article}`;
  const carry = () => {
    const words = new Map(
      [...document.querySelectorAll("#carriers [data-place]")].map((item) => [item.dataset.place, item.textContent]));
    const put = (inside, element, place, before) => {
      const said = words.get(place);
      const line = find(".carried", inside);
      if (line?.textContent === said) return;
      line?.remove();
      if (!said) return;
      const made = document.createElement(element);
      made.className = "carried";
      made.textContent = said;
      inside.insertBefore(made, before);
    };
    for (const chip of document.querySelectorAll("#log .chip")) put(find(".card", chip.parentElement), "span", placeOf(chip), null);
    const body = find("#pane .pane-body");
    if (body && opener?.classList.contains("chip")) put(body.parentElement, "p", placeOf(opener), body);
  };

  // ---- hover cards: kept inside the window ------------------------------------------------------------------
  const placeCard = (event) => {
    const citation = event.target.closest?.(".citation");
    const card = citation && find(".card", citation);
    if (!card) return;
    card.classList.remove("below");
    card.style.setProperty("--shift", "0px");
    const box = card.getBoundingClientRect();
    const area = (citation.closest("#scroll") || document.body).getBoundingClientRect();
    const shift = Math.max(area.left + 8 - box.left, 0) + Math.min(area.right - 8 - box.right, 0);
    card.style.setProperty("--shift", `${Math.round(shift)}px`);
    if (box.top < area.top + 4) card.classList.add("below");
  };
  document.addEventListener("pointerover", placeCard);
  document.addEventListener("focusin", placeCard);

  // ---- copying ---------------------------------------------------------------------------------------------
  const copied = new WeakMap();
  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const box = document.createElement("textarea");
      box.value = button.dataset.copy;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    const words = find("span", button);
    // Pressed again while it reads "Copied", that is not its label.
    words.dataset.label ??= words.textContent;
    words.textContent = "Copied";
    clearTimeout(copied.get(words));
    copied.set(words, setTimeout(() => (words.textContent = words.dataset.label), 1500));
  };

  // ---- dialogs ---------------------------------------------------------------------------------------------
  const DIALOGS = {
    rename: { title: "Rename the conversation", field: "Title", yes: "Rename" },
    delete: { title: "Delete this conversation?", yes: "Delete", danger: true },
    "question-remove": { title: "Remove this saved question?", yes: "Remove", danger: true },
    remove: { title: "Remove the chosen articles?", yes: "Remove", danger: true },
    feedback: { title: "Rate this answer", field: "What was good or wrong? (not required)", yes: "Send", long: true },
  };
  const ask = (target) => {
    const data = { ...target.dataset };
    const kind = DIALOGS[data.dialog];
    const dialog = document.createElement("dialog");
    const form = document.createElement("form");
    form.method = "dialog";
    const title = document.createElement("h2");
    title.id = "dialog-title";
    title.textContent = kind.title;
    dialog.setAttribute("aria-labelledby", title.id);
    form.append(title);
    let field = null;
    if (kind.field) {
      const label = document.createElement("label");
      label.textContent = kind.field;
      field = document.createElement(kind.long ? "textarea" : "input");
      field.value = data.dialog === "rename" ? data.title : "";
      field.maxLength = kind.long ? 4000 : 200;
      label.append(field);
      form.append(label);
    } else if (data.title) {
      const what = document.createElement("p");
      what.textContent = data.title;
      form.append(what);
    }
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    for (const [value, words] of [["", "Cancel"], ["yes", kind.yes]]) {
      const button = document.createElement("button");
      button.value = value;
      button.textContent = words;
      button.className = value ? (kind.danger ? "danger primary" : "primary") : "plain";
      buttons.append(button);
    }
    form.append(buttons);
    dialog.append(form);
    find(".gradio-container").append(dialog);
    // Enter in a line of text sends what was written; the first button is Cancel.
    if (field && !kind.long) {
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        dialog.close("yes");
      });
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      target.focus();
      if (dialog.returnValue !== "yes") return;
      const sent = { action: data.dialog };
      if (data.id) sent.id = data.id;
      if (data.dialog === "rename") sent.title = field.value;
      if (data.dialog === "feedback") Object.assign(sent, {
        position: data.position, verdict: data.verdict, comment: field.value });
      if (data.dialog === "delete" && new URLSearchParams(location.search).get("c") === data.id) remember("");
      trigger("act", sent);
    });
    dialog.showModal();
    (field || buttons.lastChild).focus();
    field?.select();
  };

  // ---- exports: what cannot be made is told in the dialog, not in place of the page -----------------------------
  const offer = (target) => {
    const { export: conversation, answer, what = answer ? "answer" : "conversation" } = target.dataset;
    const dialog = document.createElement("dialog");
    const title = document.createElement("h2");
    title.id = "dialog-title";
    title.textContent = `Export this ${what}`;
    dialog.setAttribute("aria-labelledby", title.id);
    const told = document.createElement("p");
    told.setAttribute("role", "alert");
    const closing = document.createElement("button");
    closing.textContent = "Cancel";
    closing.className = "plain";
    closing.addEventListener("click", () => dialog.close());
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(closing);
    dialog.append(title, find("#export-formats").content.cloneNode(true), told, buttons);
    for (const link of dialog.querySelectorAll("a")) {
      if (what !== "conversation" && link.dataset.form === "json") link.parentElement.remove();
      link.href = `/export/${conversation}/${link.dataset.form}${answer ? `?answer=${answer}` : ""}`;
      link.addEventListener("click", async (event) => {
        event.preventDefault();
        const made = await fetch(link.href).catch(() => null);
        if (made?.ok) {
          save(await made.blob(), /filename="([^"]+)"/.exec(made.headers.get("content-disposition"))[1]);
          dialog.close();
        } else told.textContent = made ? await made.text() : "The server does not answer; try again in a moment.";
      });
    }
    find(".gradio-container").append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      target.focus();
    });
    dialog.showModal();
    find("a", dialog).focus();
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  // ---- the address names the conversation, so that a reload finds it ------------------------------------------
  const remember = (id) => {
    const address = new URL(location.href);
    if (id) address.searchParams.set("c", id);
    else address.searchParams.delete("c");
    if (address.href !== location.href) history.replaceState(null, "", address);
  };

  // ---- keys ------------------------------------------------------------------------------------------------
  const focusQuestion = () => {
    const box = find("#question textarea");
    if (box) requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(box.value.length, box.value.length);
    });
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      show("ask", true);
    } else if (event.key === "Escape" && !find("dialog[open]")) {
      const menu = find("details.more[open]");
      const card = event.target.closest(".citation");
      if (menu) {
        menu.removeAttribute("open");
        find("summary", menu).focus();
      } else if (root.dataset.menu) {
        toggleMenu(false);
        find("[data-menu]")?.focus();
      } else if (root.dataset.pane) closePane();
      else card?.querySelector("button").blur();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.more[open]")) {
      if (!menu.contains(event.target) || event.target.closest(".menu > a")) menu.removeAttribute("open");
    }
    if (root.dataset.menu && !event.target.closest("#sidebar, [data-menu]")) toggleMenu(false);
  });

  // ---- what changes on the page ------------------------------------------------------------------------------
  const watch = (id, changed) => {
    const element = document.getElementById(id);
    if (element) new MutationObserver(changed).observe(element, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-stamp", "data-choose", "checked"] });
    return Boolean(element);
  };
  let near = true;
  const begin = () => {
    const scroll = document.getElementById("scroll");
    if (!scroll || !document.getElementById("pane")) return requestAnimationFrame(begin);
    // Gradio puts everything into one <main>: the landmarks are given back to what they are.
    find("main.contain")?.setAttribute("role", "none");
    for (const id of ["ask", "library", "questions", "stories", "draft"]) document.getElementById(id).setAttribute("role", "main");
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Conversation");
    scroll.tabIndex = 0;
    document.getElementById("announce").setAttribute("role", "status");
    document.getElementById("announce").setAttribute("aria-live", "polite");
    scroll.addEventListener("scroll", () => {
      near = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
    });
    let turns = 0;
    let written = "";
    const follow = () => {
      const asked = find("#live .turn");
      root.classList.toggle("busy", Boolean(asked));
      const now = document.querySelectorAll("#scroll .turn").length;
      const text = asked?.textContent || "";
      if (now === turns && text === written) return;
      written = text;
      // To the end, but never past the question whose answer is read.
      const again = renewed && !asked && find(`#log .turn[data-position="${renewed}"]`);
      if (again) renewed = null;
      const last = again || [...document.querySelectorAll("#scroll .turn")].pop();
      const top = last ? last.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 20 : 0;
      if (now !== turns || near) scroll.scrollTop = Math.min(scroll.scrollHeight, top);
      turns = now;
    };
    ["log", "live"].forEach((id) => watch(id, follow));
    ["log", "carriers"].forEach((id) => watch(id, carry));
    watch("side", () => {
      const current = find("#side [aria-current]");
      if (current) remember(current.dataset.id);
    });
    watch("pane", reveal);
    watch("library-list", () => {
      for (const box of document.querySelectorAll("[data-choose]")) box.checked = box.hasAttribute("checked");
    });
    follow();
  };
  begin();
})();
