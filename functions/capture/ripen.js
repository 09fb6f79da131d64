/* Ripen: tells what is read on this page, if that is wanted. <script async src="https://…/ripen.js"></script>
   Wait for consent with data-consent="required"; then `ripenConsent = true` before, or `ripen.consent(true)` later. Nothing
   is stored or sent without it, nor under Global Privacy Control. A failure stays in here. */
(function () {
  "use strict";
  var w = window, d = document, tag = d.currentScript;
  if (w.ripen || !tag) return;
  var home = new URL(tag.src).origin, KEY = "ripen", BRIDGE = "rpn";
  var id = "", bridge = "", queue = [], on = false, timer = 0, shown = 0, spent = 0, deepest = 0, page = "", nonce = "", asking = false, from = d.referrer;

  function safely(work) {
    return function (event) { try { return work(event); } catch (_) { /* the page goes on */ } };
  }
  function unique() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (b) { return (b + 256).toString(16).slice(1); }).join("");
  }
  function stored(write) {
    try {
      if (write === undefined) return localStorage.getItem(KEY);
      if (write) localStorage.setItem(KEY, write); else localStorage.removeItem(KEY);
    } catch (_) { /* no storage: the visitor lasts as long as the page */ }
    return "";
  }
  function allowed() {
    if (navigator.globalPrivacyControl) return false;
    return w.ripenConsent === undefined ? tag.dataset.consent !== "required" : w.ripenConsent === true;
  }
  function strip() {
    var url = new URL(location.href), token = url.searchParams.get(BRIDGE);
    if (!token) return;
    bridge = token;
    var left = url.search.slice(1).split("&").filter(function (part) { return part.split("=")[0] !== BRIDGE; }).join("&");
    history.replaceState(history.state, "", url.pathname + (left ? "?" + left : "") + url.hash);
  }
  function tell(type, more) {
    if (!on || !page) return;
    var event = { id: unique(), type: type, url: page, title: d.title.slice(0, 200), referrer: from, at: Date.now() };
    for (var name in more) event[name] = more[name];
    queue.push(event);
    if (!timer) timer = setTimeout(send, 200);
  }
  var send = safely(function () {
    clearTimeout(timer);
    timer = 0;
    while (on && queue.length) {
      var beacon = { visitor: id, sent: Date.now(), events: queue.splice(0, 20) };
      if (bridge) beacon.bridge = bridge;
      bridge = "";
      var body = JSON.stringify(beacon), url = home + "/track";
      if (!(navigator.sendBeacon && navigator.sendBeacon(url, body))) {
        fetch(url, { method: "POST", body: body, keepalive: true, credentials: "omit" }).catch(function () {});
      }
    }
  });
  function depth() {
    var all = d.documentElement.scrollHeight, seen = w.scrollY + w.innerHeight;
    deepest = Math.max(deepest, Math.min(100, Math.round((100 * seen) / Math.max(all, 1))));
  }
  function pause() {
    if (shown) spent += Date.now() - shown;
    shown = 0;
  }
  function rest() {
    pause();
    if (spent >= 3000) {
      tell("dwell", { seconds: Math.round(spent / 1000), scroll: deepest });
      spent = 0;
    }
    send();
  }
  function view() {
    var url = location.href.split("#")[0];
    if (url === page || url.indexOf(home + "/forms/") === 0) return; // the answer to a refused form is no page
    if (page) { rest(); from = page; }
    page = url;
    spent = deepest = 0;
    shown = d.visibilityState === "visible" ? Date.now() : 0;
    depth();
    tell("page_view");
  }
  function sign(form) {
    if (!ours(form)) return;
    if (id) hide(form, "visitor", id);
    if (nonce) hide(form, "nonce", nonce);
    nonce = "";
  }
  function ours(form) {
    var target = form && form.action && new URL(form.action, location.href);
    return target && target.origin === home && target.pathname.indexOf("/forms/") === 0;
  }
  function hide(form, name, value) {
    var field = form.querySelector('input[name="' + name + '"]');
    if (!field) (field = form.appendChild(d.createElement("input"))).dataset.ripen = "";
    field.type = "hidden";
    field.name = name;
    field.value = value;
  }
  function prepare(event) {
    var form = event.target.form;
    if (nonce || asking || !ours(form) || form.querySelector('input[name="nonce"]:not([data-ripen])')) return;
    asking = true;
    fetch(home + "/nonce", { credentials: "omit" }).then(function (got) { return got.json(); }).then(function (got) {
      nonce = got.nonce;
      if (got.site_key && !form.querySelector(".cf-turnstile")) challenge(form, got.site_key);
    }).catch(function () {}).then(function () { asking = false; });
  }
  function challenge(form, key) {
    var box = form.appendChild(d.createElement("div")), script = d.createElement("script");
    box.className = "cf-turnstile";
    w.ripenChallenge = function () { w.turnstile.render(box, { sitekey: key, action: "ripen" }); };
    if (w.turnstile) return w.ripenChallenge();
    script.src = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit&onload=ripenChallenge";
    d.head.appendChild(script);
  }
  function follow(event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!link || !/^https?:$/.test(link.protocol)) return;
    if (link.hasAttribute("download") || /\.(pdf|zip|csv|epub|mp4|(doc|xls|ppt)x?)$/i.test(link.pathname)) {
      tell("download", { target: link.href });
    } else if (link.host !== location.host) {
      tell("outbound", { target: link.href });
    } else return;
    send();
  }
  function start() {
    if (navigator.globalPrivacyControl) stored("");
    if (on || !allowed()) return;
    on = true;
    id = stored() || unique();
    stored(id);
    view();
  }
  function stop() {
    on = false;
    id = "";
    queue = [];
    stored("");
    d.querySelectorAll('form input[type="hidden"][name="visitor"]').forEach(function (field) { field.value = ""; });
  }

  w.ripen = {
    consent: safely(function (given) {
      w.ripenConsent = given === true;
      if (allowed()) start(); else stop();
    }),
    visitor: function () { return id; },
    view: safely(function () { if (on) view(); }),
  };
  safely(function () {
    strip();
    d.addEventListener("submit", safely(function (event) { sign(event.target); }), true);
    d.addEventListener("focusin", safely(prepare));
    d.addEventListener("click", safely(follow), true);
    d.addEventListener("scroll", safely(depth), { passive: true });
    d.addEventListener("visibilitychange", safely(function () {
      if (d.visibilityState === "hidden") rest(); else shown = Date.now();
    }));
    w.addEventListener("pagehide", safely(rest));
    w.addEventListener("popstate", safely(function () { if (on) view(); }));
    if (d.prerendering) d.addEventListener("prerenderingchange", safely(start)); else start();
  })();
})();
