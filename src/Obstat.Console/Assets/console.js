// @ts-check
"use strict";
// Four elements. Every page is whole without them; nothing here makes markup out of text, decides anything, or keeps anything.
(() => {
  const root = document.documentElement;
  // Times are the plane's: the browser's clock may be wrong, its differences are not.
  const skew = Date.parse(root.dataset.now || "") - Date.now() || 0;
  const now = () => Date.now() + skew;
  const clock = () => new Date(now()).toISOString().slice(11, 19);
  const kinds = ["ok", "bad", "wait", "halt", "unknown"];

  /** @param {Element} badge @param {string} kind @param {string} text */
  function state(badge, kind, text) {
    if (!kinds.includes(kind)) { kind = "unknown"; }
    badge.classList.remove(...kinds);
    badge.classList.add(kind);
    badge.querySelector("use")?.setAttribute("href", `#g-${kind}`);
    const words = badge.querySelector("span");
    if (words && words.textContent !== text) { words.textContent = text; }
  }

  /** @param {number} seconds */
  function ago(seconds) {
    if (seconds < 1) { return "now"; }
    if (seconds < 120) { return `${Math.floor(seconds)} s ago`; }
    if (seconds < 7200) { return `${Math.floor(seconds / 60)} min ago`; }
    if (seconds < 172800) { return `${Math.floor(seconds / 3600)} h ago`; }
    return `${Math.floor(seconds / 86400)} d ago`;
  }

  customElements.define("ob-time", class extends HTMLElement {
    connectedCallback() {
      const time = this.querySelector("time");
      const at = time ? Date.parse(time.dateTime) : NaN;
      if (!time || Number.isNaN(at)) { return; }
      time.title = `${time.dateTime}, here ${new Date(at).toLocaleString()}`;
      if (this.hasAttribute("ago")) {
        const show = () => {
          const text = ago((now() - at) / 1000);
          if (time.textContent !== text && !root.classList.contains("stale")) { time.textContent = text; }
        };
        show();
        setInterval(show, 1000);
      }
    }
  });

  customElements.define("ob-copy", class extends HTMLElement {
    connectedCallback() {
      const slot = this.querySelector(".copy-slot");
      const text = this.getAttribute("text");
      if (!slot || text === null || slot.firstChild || !navigator.clipboard) { return; }
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", `Copy ${this.getAttribute("what") || ""}`.trim());
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Refused";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      slot.append(button);
    }
  });

  /** @param {Element} element @param {Record<string, any>} told */
  function fill(element, told) {
    for (const cell of element.querySelectorAll("[data-f]")) {
      const name = cell.getAttribute("data-f") || "";
      const value = told[name];
      if (cell.hasAttribute("data-state")) { state(cell, told[`${name}Kind`], value); continue; }
      if (cell.textContent !== (value ?? "")) { cell.textContent = value ?? ""; }
      const link = told[`${name}Link`];
      if (!(cell instanceof HTMLAnchorElement)) { continue; }
      if (typeof link === "string" && link.startsWith("/") && !link.startsWith("//")) { cell.setAttribute("href", link); } else if (link === null) { cell.removeAttribute("href"); }
    }
  }

  const heartbeat = 2000;
  const rowsMax = 200;

  customElements.define("ob-live", class extends HTMLElement {
    connectedCallback() {
      this.body = /** @type {HTMLElement | null} */ (document.querySelector("[data-live-rows]"));
      this.template = /** @type {HTMLTemplateElement | null} */ (document.querySelector("template[data-live-row]"));
      this.told = document.querySelector("[data-live-told]");
      this.waiting = /** @type {any[]} */ ([]);
      this.newest = -1;
      this.paused = false;
      this.wasStale = false;
      this.missed = false;
      this.going = false;
      this.controls();
      this.heard = Date.now();
      this.open();
      setInterval(() => { if (Date.now() - this.heard > 2 * heartbeat + 250) { this.stale("The control plane has not been heard for two heartbeats."); } }, 250);
      setInterval(() => { this.flush(false); this.age(); }, 1000);
      // Somebody is on the way to another page: loading this one again would call that off. What is stale is told all the same.
      addEventListener("beforeunload", () => { this.left = Date.now(); });
      addEventListener("pagehide", () => this.events?.close());
      addEventListener("pageshow", event => { if (event.persisted) { this.open(); } });
    }

    open() {
      this.events?.close();
      const events = this.events = new EventSource(this.getAttribute("src") || "/events");
      events.addEventListener("beat", event => this.beat(JSON.parse(/** @type {MessageEvent} */ (event).data)));
      events.addEventListener("row", event => {
        const { data, lastEventId } = /** @type {MessageEvent} */ (event);
        // A page that a browser kept and shows again asks for what it had when it was made, and got some of that before.
        if (Number(lastEventId) <= this.newest) { return; }
        this.newest = Number(lastEventId);
        this.waiting.push(JSON.parse(data));
        this.tell();
      });
      events.addEventListener("reload", () => this.again());
      events.addEventListener("parts", event => {
        for (const [name, part] of Object.entries(JSON.parse(/** @type {MessageEvent} */ (event).data))) {
          const element = document.querySelector(`[data-live-part="${CSS.escape(name)}"]`);
          if (element) { fill(element, part); }
        }
      });
      events.addEventListener("error", () => {
        this.missed = true;
        // Nothing ended that never began: the plane answers, and gives this tab no events.
        const isRefused = this.shape === undefined && events.readyState === EventSource.CLOSED;
        this.stale(isRefused ? "The control plane gives this tab no events: a session has them in four tabs at once. It asks again." : "The connection to the control plane ended.", isRefused ? "NOT LIVE" : "STALE");
        if (events.readyState === EventSource.CLOSED && this.events === events) { setTimeout(() => { if (this.events === events) { this.ask(); } }, 2000); }
      });
    }

    /** What was proved grows older each second, and ends to say anything by itself. */
    age() {
      const { closedAt, closedUntil } = root.dataset;
      if (!closedAt || !closedUntil || this.wasStale) { return; }
      const isOver = now() > Date.parse(closedUntil);
      const text = isOver ? `Not proved closed since ${closedAt.slice(11, 19)}` : `Proved closed ${ago((now() - Date.parse(closedAt)) / 1000)}`;
      for (const badge of document.querySelectorAll("[data-closed]")) { state(badge, isOver ? "unknown" : kinds.find(k => badge.classList.contains(k)) ?? "unknown", text); }
      for (const line of document.querySelectorAll("[data-closed-line]")) {
        if (line.textContent !== text) { line.textContent = text; }
        if (isOver) { line.closest(".headline")?.classList.remove(...kinds); line.closest(".headline")?.classList.add("unknown"); }
      }
    }

    /** @param {{lead: string, closed: string, closedKind: string, closedAt: string, closedUntil: string, serving: string, servingKind: string, entries: string, halts: number, told: string, troubles: Record<string, any>[]}} beat */
    beat(beat) {
      this.heard = Date.now();
      root.dataset.closedAt = beat.closedAt;
      root.dataset.closedUntil = beat.closedUntil;
      const keeps = this.hasAttribute("keeps");
      if (this.wasStale) {
        // A connection that hung and did not end lost nothing.
        if (this.missed && !keeps) { this.again(); return; }
        this.wasStale = this.missed = false;
        root.classList.remove("stale");
        document.getElementById("stale")?.setAttribute("hidden", "");
      }
      this.title(beat.lead);
      for (const badge of document.querySelectorAll("[data-closed]")) { state(badge, beat.closedKind, beat.closed); }
      for (const badge of document.querySelectorAll("[data-serving]")) { state(badge, beat.servingKind, beat.serving); }
      for (const line of document.querySelectorAll("[data-closed-line]")) { if (line.textContent !== beat.closed) { line.textContent = beat.closed; } }
      for (const entries of document.querySelectorAll("[data-entries]")) { entries.textContent = beat.entries; }
      this.troubles(beat.troubles);
      // What the page says as a whole rests on these two: when one turns, the page is made anew.
      const shape = `${beat.servingKind}/${beat.closedKind}/${beat.serving}/${beat.halts}/${beat.told}`;
      if (this.shape !== undefined && this.shape !== shape && !keeps) { this.again(); }
      this.shape = shape;
    }

    /** What is not well stands on every page, at once and in the plane's own words. @param {Record<string, any>[]} list */
    troubles(list) {
      const box = document.getElementById("troubles");
      const template = /** @type {HTMLTemplateElement | null} */ (document.querySelector("template[data-trouble]"));
      if (!box || !template) { return; }
      const made = list.map(trouble => {
        const band = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
        state(band, trouble.kind, "");
        fill(band, trouble);
        return band;
      });
      if (box.textContent?.trim() !== made.map(band => band.textContent).join("")) { box.replaceChildren(...made); }
    }

    /** A tab that nobody looks at says it too. @param {string} lead */
    title(lead) {
      const text = lead + (root.dataset.title ?? "");
      if (document.title !== text) { document.title = text; }
    }

    /** @param {string} why @param {string} lead */
    stale(why, lead = "STALE") {
      if (this.wasStale) { return; }
      this.wasStale = true;
      this.title(`${lead} · `);
      root.classList.add("stale");
      const band = document.getElementById("stale");
      if (band) {
        const [word, text] = [band.querySelector("b"), band.querySelector("span")];
        if (word) { word.textContent = lead; }
        if (text) { text.textContent = `${why} Not live since ${clock()} UTC: this page shows what was true then.`; }
        band.hidden = false;
      }
      for (const badge of document.querySelectorAll("[data-closed], [data-serving]")) { state(badge, "unknown", badge.hasAttribute("data-closed") ? "Closed: unknown" : "Unknown"); }
      for (const line of document.querySelectorAll("[data-closed-line]")) { line.textContent = lead === "STALE" ? "Unknown: the control plane does not answer" : "Unknown: this tab is not live"; }
    }

    /** The plane answers and gives no events: either the session is over, and the page leads to the login, or it is away. */
    async ask() {
      try {
        const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" });
        if (answer.type === "opaqueredirect") { this.again(); return; }
      } catch {
        // Nobody answers: asked again below.
      }
      this.open();
    }

    /** Loads the page again, not with all others at the same moment; where somebody is writing on it, it says that it is old instead. */
    again() {
      if (this.going) { return; }
      this.going = true;
      setTimeout(async () => {
        this.going = false;
        const at = document.activeElement;
        const isWriting = at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && at.value !== at.defaultValue);
        const isLeaving = this.left !== undefined && Date.now() - this.left < heartbeat;
        if (isLeaving) { return; }
        if (isWriting || document.querySelector("dialog[open]")) { this.missed = true; this.stale("The plane is not as it was when this page was made."); return; }
        // A plane that went away meanwhile would leave the browser's own page here, which never comes back by itself.
        try {
          await fetch(/** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]")).href, { method: "HEAD", cache: "no-store" });
        } catch {
          this.missed = true;
          this.stale("The connection to the control plane ended.");
          return;
        }
        location.reload();
      }, 200 + Math.random() * 1300);
    }

    controls() {
      this.pause = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-live-pause]"));
      this.more = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-live-more]"));
      if (!this.body || !this.pause || !this.more) { return; }
      this.pause.hidden = false;
      this.pause.addEventListener("click", () => this.toggle());
      this.more.addEventListener("click", () => this.flush(true));
    }

    toggle() {
      if (!this.pause) { return; }
      this.paused = !this.paused;
      this.pause.textContent = this.paused ? "Go on" : "Pause";
      this.tell();
    }

    tell() {
      if (this.told) { this.told.textContent = root.classList.contains("stale") ? "not live" : this.paused ? "paused" : "live"; }
      if (this.more) {
        this.more.hidden = this.waiting.length === 0;
        this.more.textContent = `${this.waiting.length} new`;
      }
    }

    /** @param {boolean} asked */
    flush(asked) {
      const { body, template } = this;
      if (this.told) { this.tell(); }
      // Rows do not move under a hand or an eye that is on one of them.
      if (!body || !template || this.waiting.length === 0 || (!asked && (this.paused || body.matches(":hover") || body.contains(document.activeElement) || scrollY > 240))) { return; }
      const rows = this.waiting.splice(0);
      if (rows.length > rowsMax) { this.again(); return; }
      for (const row of rows) { body.prepend(this.row(template, row)); }
      while (body.children.length > rowsMax) { body.lastElementChild?.remove(); }
      document.querySelector("[data-live-empty]")?.remove();
      const table = /** @type {HTMLElement | null} */ (document.querySelector("[data-live-table]"));
      if (table) { table.hidden = false; }
      this.tell();
    }

    /** @param {HTMLTemplateElement} template @param {Record<string, any>} row */
    row(template, row) {
      const made = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
      made.classList.add("fresh");
      fill(made, row);
      return made;
    }
  });

  const places = { o: "/", d: "/decisions", x: "/executions", p: "/policies", t: "/tools", i: "/identities", l: "/ledger", h: "/health", s: "/setup", k: "/halt" };

  customElements.define("ob-keys", class extends HTMLElement {
    connectedCallback() {
      if (this.hasAttribute("off")) { return; }
      let lead = false;
      addEventListener("keydown", event => {
        const at = /** @type {HTMLElement} */ (event.target);
        if (event.ctrlKey || event.metaKey || event.altKey || at.matches("input, textarea, select") || document.querySelector("dialog[open]")) { return; }
        if (lead) {
          lead = false;
          const place = places[/** @type {keyof typeof places} */ (event.key)];
          if (place) { location.assign(place); }
          return;
        }
        switch (event.key) {
          case "g": lead = true; break;
          case "?": /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"))?.showModal(); break;
          case "/": event.preventDefault(); document.getElementById("q")?.focus(); break;
          case ".": /** @type {any} */ (document.querySelector("ob-live"))?.toggle?.(); break;
          case "j": this.step(1); break;
          case "k": this.step(-1); break;
          case "y": this.copy(at); break;
        }
      });
      document.querySelector("#keys button")?.addEventListener("click", () => /** @type {HTMLDialogElement} */ (document.getElementById("keys")).close());
    }

    /** @param {number} by */
    step(by) {
      const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("a.row")]);
      if (rows.length === 0) { return; }
      const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))].focus();
    }

    /** @param {HTMLElement} at */
    copy(at) {
      const text = at.closest(".digest")?.querySelector(".whole")?.textContent ?? (at.matches("a.row") ? at.textContent : document.querySelector("[data-id]")?.getAttribute("data-id"));
      if (text) { navigator.clipboard?.writeText(text.trim()).catch(() => {}); }
    }
  });
})();
