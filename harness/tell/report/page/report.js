// SPDX-License-Identifier: BSD-3-Clause
"use strict";
// Everything is drawn from the JSON in the page. Text goes into text nodes only: what LibTorch or
// a user wrote is never read as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const verdicts = new Map(data.verdicts.map((v, i) => [v.name, { ...v, rank: i }]));
  const byId = (id) => document.getElementById(id);

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    for (const child of children) {
      if (child === null || child === undefined) continue;
      node.append(child.nodeType ? child : document.createTextNode(String(child)));
    }
    return node;
  };
  const number = (n) => n.toLocaleString("en");
  const severityOf = (name) => (verdicts.get(name) || { severity: "contract" }).severity;
  const severities = ["memory", "miscalculation", "contract", "none"];
  const words = { memory: "memory", miscalculation: "miscalculation", contract: "hazard", none: "pass" };

  // Findings by their cell.
  const key = (loss, entry, mistake) => [loss, entry, mistake].join("\n");
  const findings = new Map();
  for (const f of data.findings) {
    const k = key(f.loss, f.entry, f.mistake);
    if (!findings.has(k)) findings.set(k, []);
    findings.get(k).push(f);
  }
  const shown = new Set(severities);

  // The worst verdict of a cell that the filters let through, and how many records it stands for.
  const sumUp = (cell) => {
    let worst = null;
    let count = 0;
    for (const [verdict, records] of Object.entries(cell || {})) {
      const severity = severityOf(verdict);
      if (!shown.has(severity)) continue;
      if (worst === null || severities.indexOf(severity) < severities.indexOf(worst)) worst = severity;
      if (severity !== "none") count += records;
    }
    return { worst, count };
  };
  const short = (n) => (n < 1000 ? String(n) : n < 1e6 ? `${Math.round(n / 1000)}k` : `${Math.round(n / 1e6)}M`);

  const matrix = byId("matrix");
  const detail = byId("detail");
  let pressed = null;

  const drawCell = (row, mistake) => {
    const cell = row.cells[mistake];
    const { worst, count } = sumUp(cell);
    const severity = worst || "empty";
    const where = `${row.loss} ${row.entry}, ${mistake}`;
    const said = worst === null ? "no record" : worst === "none" ? "pass" : `${words[worst]}, ${count} records`;
    const button = make("button", {
      type: "button", class: "cell", "data-severity": severity, "aria-pressed": "false", tabindex: "-1",
      "data-loss": row.loss, "data-entry": row.entry, "data-mistake": mistake,
      "aria-label": `${where}: ${said}`, title: `${where}: ${said}`,
    }, worst === null ? "·" : worst === "none" ? "✓" : short(count));
    return make("td", {}, button);
  };

  const drawMatrix = () => {
    const search = byId("search").value.trim().toLowerCase();
    const entry = byId("entry").value;
    const rows = data.rows.filter((row) => row.loss.includes(search) && (!entry || row.entry === entry));
    const head = make("tr", {}, make("th", { scope: "col" }, "loss @ entry"),
      ...data.mistakes.map((m) => make("th", { scope: "col" }, make("span", {}, m.replaceAll("_", " ")))));
    const body = make("tbody");
    for (const row of rows) {
      body.append(make("tr", {}, make("th", { scope: "row", title: `${row.loss}@${row.entry}` }, row.loss, make("small", {}, `@${row.entry}`)),
        ...data.mistakes.map((m) => drawCell(row, m))));
    }
    matrix.replaceChildren(make("table", {}, make("thead", {}, head), body));
    const first = matrix.querySelector(".cell");
    if (first) first.tabIndex = 0;
    const distinct = data.findings.filter((f) => shown.has(severityOf(f.verdict)) &&
      f.loss.includes(search) && (!entry || f.entry === entry)).length;
    byId("count").textContent = `${rows.length} rows, ${number(distinct)} distinct findings`;
  };

  const copyable = (text, label, kind) => {
    const button = make("button", {
      type: "button", class: "copy", "aria-label": `Copy ${label}`,
      onclick: async () => {
        let done = true;
        try {
          await navigator.clipboard.writeText(text);
        } catch {  // from a file, some browsers have no clipboard
          const area = make("textarea", { style: "position:fixed;opacity:0" });
          area.value = text;
          document.body.append(area);
          area.select();
          done = document.execCommand("copy");
          area.remove();
          button.focus();
        }
        button.textContent = done ? "Copied" : "Select it";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      },
    }, "Copy");
    return make("div", { class: `copyable ${kind || ""}` }, make("pre", { tabindex: "0" }, text), button);
  };

  const round = (v) => (typeof v === "number" ? String(Number(v.toPrecision(4))) : String(v));

  // Which element of an operand stands at a place of the common shape; null if it does not broadcast.
  const elementAt = (shape, common, place) => {
    let index = 0;
    for (let d = 0; d < shape.length; ++d) {
      const at = place[common.length - shape.length + d];
      if (shape[d] !== 1 && shape[d] !== common[common.length - shape.length + d]) return null;
      index = index * shape[d] + (shape[d] === 1 ? 0 : at);
    }
    return index;
  };
  const placesOf = (shape) => {
    let places = [[]];
    for (const size of shape) places = places.flatMap((p) => [...Array(size).keys()].map((i) => [...p, i]));
    return places;
  };

  // Who met whom: the losses in the common shape, the meant pairs marked. For losses that pair
  // elements, and small cases.
  const drawPairs = (shownFinding) => {
    const numbers = shownFinding.numbers;
    const { operand, demanded } = shownFinding.explanation;
    const losses = numbers.unreduced || numbers.actual;
    const names = Object.keys(numbers.operands);
    if (!losses || !operand || !demanded || names[0] === operand || !numbers.operands[operand]) return null;
    const common = losses.shape;
    if (common.length > 2 || losses.values.length > 64 || losses.values.length < 2) return null;
    const output = numbers.operands[names[0]];
    const other = numbers.operands[operand];
    if ([output, other].some((o) => o.shape.length > common.length)) return null;
    const places = placesOf(common);
    const pairs = places.map((p) => [elementAt(output.shape, common, p), elementAt(other.shape, common, p)]);
    if (pairs.some(([a, b]) => a === null || b === null)) return null;
    // The operand in the demanded shape has the same elements, in the same order.
    const meant = new Set();
    const product = (shape) => shape.reduce((a, b) => a * b, 1);
    if (product(demanded) === product(other.shape) && product(demanded) === product(output.shape)) {
      for (let i = 0; i < product(demanded); ++i) meant.add(`${i},${i}`);
    }
    const [height, width] = common.length === 2 ? common : [1, common[0]];
    const table = make("table", { class: "pairs" });
    for (let row = 0; row < height; ++row) {
      const line = make("tr");
      for (let column = 0; column < width; ++column) {
        const i = row * width + column;
        const [a, b] = pairs[i];
        const isMeant = meant.has(`${a},${b}`);
        line.append(make("td", { class: isMeant ? "meant" : "", title: `${names[0]}[${a}] = ${round(output.values[a])}, ${operand}[${b}] = ${round(other.values[b])}` },
          make("small", {}, `${names[0]}[${a}] · ${operand}[${b}] `), make("br"), round(losses.values[i])));
      }
      table.append(line);
    }
    const says = meant.size
      ? `Each field is one loss that was computed; green: the ${meant.size} pairs that were meant.`
      : "Each field is one loss that was computed.";
    return make("div", {}, make("h3", {}, "Who met whom"), make("div", { class: "scroll", tabindex: "0" }, table), make("p", { class: "note" }, says));
  };

  // Drawn by shapefuzz itself, as `run --draw` draws it.
  const drawPicture = (s) => {
    if (!s.picture) return null;
    const box = make("div", { class: "scroll picture", tabindex: "0" });
    box.innerHTML = s.picture;
    const says = "Each cell is an element by its place, or the elements that meet; green: the pairs that were meant.";
    return make("div", {}, make("h3", {}, "Picture"), box,
      make("p", { class: "note" }, s.picture_remark ? `${says} ${s.picture_remark}.` : says));
  };

  const drawFinding = (f) => {
    const verdict = verdicts.get(f.verdict) || { severity: "contract", meaning: "" };
    const list = make("dl");
    const row = (name, text) => { if (text) list.append(make("dt", {}, name), make("dd", {}, text)); };
    const s = f.shown;
    const article = make("article", {},
      make("h2", {}, make("span", { class: "badge", "data-severity": verdict.severity }, f.verdict), ` ${f.mistake}`),
      make("p", { class: "note" }, `${verdict.meaning}; ${number(f.records)} records, LibTorch ${f.libtorch}. The smallest case:`),
      copyable(f.case, "the case"));
    row("zone", s ? s.explanation.zone : f.zone);
    if (s) {
      row("contract", s.explanation.contract);
      row("with", s.explanation.bindings);
      row("LibTorch", s.explanation.outcome);
    }
    row("message", f.message);
    row("why", s && s.explanation.why ? s.explanation.why : f.detail);
    if (s && s.explanation.repairs && s.explanation.repairs.length) {
      for (const [i, repair] of s.explanation.repairs.entries()) {
        const texts = new Set([repair.edits.map((e) => e.cpp).join(" and "), repair.edits.map((e) => e.python).join(" and ")]);
        row(i === 0 ? "instead" : "or", [...texts].join("   in Python: "));
      }
    } else if (s) row("instead", s.explanation.instead);
    for (const note of (s && s.explanation.notes) || []) row("note", note);
    article.append(list);
    if (s) {
      article.append(make("h3", {}, "Sizes, as broadcasting reads them"), make("pre", { tabindex: "0" }, s.explanation.sizes.join("\n")));
      const picture = drawPicture(s);
      if (picture) article.append(picture);
      const pairs = drawPairs(s);
      if (pairs) article.append(pairs);
      if (s.lines.length) article.append(make("h3", {}, "Numbers"), make("pre", { class: "wrapped", tabindex: "0" }, s.lines.join("\n")));
    } else {
      article.append(make("p", { class: "note" }, "Not judged again for this report: it comes from another LibTorch, or did not show the same."));
    }
    const quoted = `'${f.case.replaceAll("'", "'\\''")}'`;
    article.append(make("h3", {}, "Replay"), copyable(`shapefuzz run ${quoted}`, "the replay command"),
      copyable(`shapefuzz emit ${quoted} --as issue --round`, "the command for a report"));
    for (const [name, parts] of Object.entries((s && s.programs) || {})) {
      const program = parts.map((part) => (typeof part === "number" ? data.preludes[part] : part)).join("");
      article.append(make("details", {}, make("summary", {}, `Program in ${name}`), copyable(program, `the program in ${name}`, "program")));
    }
    return article;
  };

  const open = (cell) => {
    if (pressed) pressed.setAttribute("aria-pressed", "false");
    pressed = cell;
    cell.setAttribute("aria-pressed", "true");
    const { loss, entry, mistake } = cell.dataset;
    const found = (findings.get(key(loss, entry, mistake)) || []).filter((f) => shown.has(severityOf(f.verdict)))
      .sort((a, b) => (verdicts.get(a.verdict) || { rank: 99 }).rank - (verdicts.get(b.verdict) || { rank: 99 }).rank);
    const row = data.rows.find((r) => r.loss === loss && r.entry === entry);
    const counts = Object.entries(row.cells[mistake] || {}).map(([v, n]) => `${v} ${number(n)}`).join(", ");
    detail.replaceChildren(make("h2", {}, `${loss}@${entry}, ${mistake.replaceAll("_", " ")}`),
      make("p", { class: "note" }, counts || "no record"), ...found.map(drawFinding));
    detail.scrollTop = 0;
    if (window.matchMedia("(max-width: 60rem)").matches) detail.scrollIntoView({ block: "start" });
    detail.focus({ preventScroll: true });
  };

  matrix.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) open(cell);
  });
  matrix.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".cell");
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (!cell || !steps[event.key]) return;
    const [down, right] = steps[event.key];
    const row = cell.closest("tr");
    const line = down === 0 ? row : down > 0 ? row.nextElementSibling : row.previousElementSibling;
    const next = line && line.cells[cell.parentElement.cellIndex + right];
    const target = next && next.querySelector(".cell");
    if (!target) return;
    event.preventDefault();
    cell.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pressed && pressed.isConnected) pressed.focus();
  });

  const drawCurves = () => {
    if (data.curve.length < 2) return;
    const section = byId("curves");
    section.hidden = false;
    const svg = "http://www.w3.org/2000/svg";
    const last = data.curve[data.curve.length - 1];
    ["executions", "features", "findings"].forEach((name, i) => {
      const top = Math.max(1, ...data.curve.map((m) => m[i + 1]));
      const picture = document.createElementNS(svg, "svg");
      picture.setAttribute("viewBox", "0 0 100 100");
      picture.setAttribute("preserveAspectRatio", "none");
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${name} over time`);
      const path = document.createElementNS(svg, "path");
      path.setAttribute("d", data.curve.map((m, n) => `${n ? "L" : "M"}${(100 * m[0]) / (last[0] || 1)} ${98 - (95 * m[i + 1]) / top}`).join(""));
      picture.append(path);
      section.append(make("figure", {}, make("figcaption", {}, `${name}: ${number(last[i + 1])} after ${number(Math.round(last[0]))} s`), picture));
    });
  };

  // A fold a cause: what no cause explains, the bugs, the hazards. The matrix behind has every cell.
  const knownOf = (cause) => {
    const numbers = cause.upstream.map((n) => make("a", { href: `https://github.com/pytorch/pytorch/issues/${n}` }, `pytorch#${n}`));
    return make("p", { class: "note" }, cause.releases, ...numbers.flatMap((a) => ["; ", a]));
  };
  const drawCause = (cause, all) => {
    const cases = all.reduce((sum, f) => sum + f.records, 0);
    const losses = [...new Set(all.map((f) => f.loss))];
    const smallest = all.reduce((a, b) => (b.case.length < a.case.length ? b : a));
    const fold = make("details", {}, make("summary", {},
      make("span", { class: "badge", "data-severity": cause.sort === "bug" ? severityOf(smallest.verdict) : "contract" }, cause.sort),
      " ", make("code", {}, cause.name), ` ${cause.title || losses.join(", ")} (${number(cases)} records)`));
    fold.addEventListener("toggle", () => {  // drawn when it is looked at
      if (!fold.open || fold.children.length > 1) return;
      const list = make("dl");
      const row = (name, text) => { if (text) list.append(make("dt", {}, name), make("dd", {}, text)); };
      row("when", cause.condition);
      row("losses", losses.join(", "));
      row("mistakes", [...new Set(all.map((f) => f.mistake))].join(", "));
      row("do", cause.advice);
      fold.append(...(cause.releases ? [knownOf(cause)] : []), list, drawFinding(smallest));
    });
    return fold;
  };
  const drawCauses = () => {
    const search = byId("search").value.trim().toLowerCase();
    const entry = byId("entry").value;
    const visible = data.findings.filter((f) => shown.has(severityOf(f.verdict)) &&
      f.loss.includes(search) && (!entry || f.entry === entry));
    const section = byId("causes");
    const unexplained = visible.filter((f) => !f.cause && severityOf(f.verdict) !== "none");
    section.replaceChildren(make("h2", {}, `Unexplained: ${number(unexplained.length)}`));
    if (unexplained.length) section.append(...unexplained.slice(0, 50).map((f) => drawCause(
      { name: f.verdict, title: `${f.loss}@${f.entry}, ${f.mistake}`, sort: "unexplained", condition: "", releases: "", upstream: [], advice: "" }, [f])));
    for (const [sort, title] of [["bug", "Bugs of LibTorch"], ["hazard", "Hazards: guard against them"]]) {
      const folds = data.causes.filter((c) => c.sort === sort)
        .map((c) => [c, visible.filter((f) => f.cause === c.name)]).filter(([, all]) => all.length);
      if (folds.length) section.append(make("h2", {}, `${title}: ${folds.length}`), ...folds.map(([c, all]) => drawCause(c, all)));
    }
  };

  // What two sweeps have different, a fold a loss.
  const changeSeverity = (change) => {
    if (change.change === "now_dies") return "memory";
    if (change.change === "new_finding" && change.second) return severityOf(change.second.verdict);
    return change.change === "gone_finding" || change.change === "no_longer_dies" ? "none" : "";
  };
  const sideText = (change, side) => {
    if (!side) return "not swept";
    const parts = [side.outcome];
    if (side.result_shape) parts.push(`result [${side.result_shape}] ${side.result_dtype}`);
    if (side.verdict !== "pass") parts.push(side.verdict);
    if (change.change === "value") parts.push(`digest ${side.digest}`);
    if (change.change === "gradient") parts.push(`digest ${side.gradient_digest}`);
    if (side.warned) parts.push("with a warning");
    if (side.message) parts.push(side.message);
    return parts.join("; ");
  };
  const drawChange = (change) => {
    const list = make("dl", {},
      make("dt", {}, data.diff.from), make("dd", {}, sideText(change, change.first)),
      make("dt", {}, data.diff.to), make("dd", {}, sideText(change, change.second)));
    if (change.detail) list.append(make("dt", {}, "about"), make("dd", {}, change.detail));
    list.append(make("dt", {}, "by"), make("dd", {}, change.entries.join(", ")));
    return make("article", {},
      make("h3", {}, make("span", { class: "badge", "data-severity": changeSeverity(change) }, change.title),
        `, ${number(change.cases)} cases. The smallest:`),
      copyable(change.case, "the case"), list);
  };
  const drawChanges = () => {
    if (!data.diff) return;
    const section = byId("changes");
    section.hidden = false;
    const search = byId("search").value.trim().toLowerCase();
    const byLoss = new Map();
    for (const change of data.diff.changes) {
      if (!change.loss.includes(search)) continue;
      if (!byLoss.has(change.loss)) byLoss.set(change.loss, []);
      byLoss.get(change.loss).push(change);
    }
    const note = data.diff.passes_compared ? "" : " These sweeps hold findings only: what was accepted and refused is not compared.";
    section.replaceChildren(make("h2", {}, `What changed from LibTorch ${data.diff.from} to ${data.diff.to}`),
      make("p", { class: "note" }, `${number(data.diff.changes.length)} groups of cases; the findings below are those of ${data.diff.to}.${note}`));
    for (const [loss, changes] of byLoss) {
      const counts = new Map();
      for (const change of changes) {
        counts.set(change.title, (counts.get(change.title) || 0) + 1);
      }
      const says = [...counts].map(([title, n]) => (n > 1 ? `${title} ${n} times` : title)).join(", ");
      const fold = make("details", {}, make("summary", {}, make("code", {}, loss), `  ${says}`));
      fold.addEventListener("toggle", () => {  // drawn when it is looked at
        if (fold.open && fold.children.length === 1) fold.append(...changes.map(drawChange));
      });
      section.append(fold);
    }
  };

  byId("meta").textContent = `version ${data.shapefuzz}; LibTorch ${data.libtorch.join(", ")}; ${number(data.records)} records`;
  for (const entry of [...new Set(data.rows.map((r) => r.entry))].sort()) byId("entry").append(make("option", { value: entry }, entry));
  for (const severity of severities) {
    const box = make("input", { type: "checkbox", checked: "", onchange: () => {
      if (box.checked) shown.add(severity); else shown.delete(severity);
      drawCauses();
      drawMatrix();
    } });
    byId("severities").append(make("label", { class: "badge", "data-severity": severity }, box, ` ${words[severity]}`));
  }
  byId("search").addEventListener("input", () => {
    drawChanges();
    drawCauses();
    drawMatrix();
  });
  byId("entry").addEventListener("change", () => {
    drawCauses();
    drawMatrix();
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  drawCurves();
  drawChanges();
  drawCauses();
  drawMatrix();
  // report.html#broadcasts opens that cause: a link to send to somebody.
  const wanted = decodeURIComponent(window.location.hash.slice(1));
  for (const fold of wanted ? byId("causes").querySelectorAll("details") : []) {
    if (fold.querySelector("summary code").textContent !== wanted) continue;
    fold.open = true;
    fold.scrollIntoView({ block: "start" });
    break;
  }
})();
