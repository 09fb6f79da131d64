// The rule of sandbox/request_guard.py for local-slack, which answers any page; loaded before it.
const LOOPBACK = /^(127\.0\.0\.1|\[::1\]|([a-z0-9_-]+\.)*localhost)(:[0-9]{1,5})?$/;
const serve = Bun.serve;

function isRefused(request, port) {
  const host = (request.headers.get("host") ?? "").toLowerCase();
  const [origin, site] = [request.headers.get("origin"), request.headers.get("sec-fetch-site")];
  if (!LOOPBACK.test(host) || !(host.endsWith(`:${port}`) || !/:[0-9]+$/.test(host))) return true;
  if (site === "cross-site") return true;
  return origin !== null && origin !== `http://${host}` && !(origin === "null" && site === "same-origin");
}

Bun.serve = (options) => {
  if (options.routes || options.static) throw new Error("request_guard.js does not guard routes");
  const { fetch } = options;
  return serve({
    ...options,
    fetch(request, server) {
      if (isRefused(request, server.port)) return Response.json({ error: "A page of another site cannot use this address." }, { status: 403 });
      return fetch.call(this, request, server);
    },
  });
};
