// Runs before the first paint (text size), then improves the page. Every page works without it.
(function () {
  "use strict";
  var d = document, root = d.documentElement, key = "zhanqun-size", size = 0;
  root.classList.add("js");
  function apply(n) {
    size = Math.max(-1, Math.min(4, n));
    root.setAttribute("data-zoom", size);
  }
  try { apply(parseInt(localStorage.getItem(key), 10) || 0); } catch (e) { /* storage is off */ }

  function all(selector, f) { Array.prototype.forEach.call(d.querySelectorAll(selector), f); }

  function tables() {
    all(".body table", function (table) {
      var wrap = d.createElement("div"), caption = table.querySelector("caption");
      wrap.className = "table-wrap";
      table.parentNode.insertBefore(wrap, table);
      wrap.appendChild(table);
      function measure() {
        if (wrap.scrollWidth > wrap.clientWidth + 1) {
          wrap.tabIndex = 0;
          wrap.setAttribute("role", "region");
          wrap.setAttribute("aria-label", (caption ? caption.textContent + " " : "") + d.body.dataset.table);
        } else {
          ["tabindex", "role", "aria-label"].forEach(function (name) { wrap.removeAttribute(name); });
        }
      }
      measure();
      addEventListener("resize", measure);
      addEventListener("load", measure);
    });
  }

  function leave() {
    var box = d.getElementById("leave");
    all(".body a[rel~=external]", function (a) {
      var hint = d.createElement("span");
      hint.className = "vh";
      hint.textContent = d.body.dataset.external;
      a.appendChild(hint);
    });
    if (!box || !box.showModal) return;
    var target = "", address = box.querySelector(".address");
    d.addEventListener("click", function (event) {
      var a = event.target.closest ? event.target.closest("a[rel~=external]") : null;
      if (!a || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      target = address.textContent = a.href;
      box.returnValue = "";
      box.showModal();
    });
    box.addEventListener("close", function () { if (box.returnValue === "go") location.href = target; });
    box.addEventListener("click", function (event) { if (event.target === box) box.close(); });
  }

  function copy(button) {
    var text = button.dataset.copy || location.href, state = button.parentNode.querySelector("[role=status]");
    function done() {
      state.textContent = "";
      setTimeout(function () { state.textContent = button.dataset.done; }, 50);
    }
    function old() {
      var field = d.createElement("textarea");
      field.value = text;
      field.className = "vh";
      d.body.appendChild(field);
      field.select();
      if (d.execCommand("copy")) done();
      field.remove();
      button.focus();
    }
    if (navigator.clipboard && isSecureContext) navigator.clipboard.writeText(text).then(done, old);
    else old();
  }

  function menu() {
    var button = d.querySelector(".menu-button");
    if (!button) return;
    function set(open) { button.setAttribute("aria-expanded", open); }
    button.addEventListener("click", function () { set(button.getAttribute("aria-expanded") !== "true"); });
    button.parentNode.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") { set(false); button.focus(); }
    });
  }

  d.addEventListener("DOMContentLoaded", function () {
    all("[data-js]", function (element) { element.hidden = false; });
    d.addEventListener("click", function (event) {
      var button = event.target.closest ? event.target.closest("button") : null;
      if (!button) return;
      var step = button.dataset.size;
      if (step) {
        apply(step === "+" ? size + 1 : step === "-" ? size - 1 : 0);
        try { localStorage.setItem(key, size); } catch (e) { /* kept for this page only */ }
        dispatchEvent(new Event("resize"));
      } else if ("print" in button.dataset) print();
      else if ("copy" in button.dataset) copy(button);
    });
    menu();
    tables();
    leave();
  });
})();
