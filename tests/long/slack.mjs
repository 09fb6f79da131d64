// Slack's own client for Node: {api, token, channel, blocks} in, what came of each call out.
import { readFileSync } from "node:fs";
import { LogLevel, WebClient } from "@slack/web-api";

const { api, token, channel, blocks } = JSON.parse(readFileSync(0, "utf8"));
const client = (of) =>
  new WebClient(of, { slackApiUrl: api, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, logLevel: LogLevel.ERROR });
const refused = (call) => call.then(() => null, (error) => error.data?.error ?? error.code);
const control = (what, body) =>
  fetch(api.replace(/api\/$/, `_control/${what}`), {
    method: body ? "POST" : "DELETE",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
const fault = (mode) => control("faults", { mode, count: 1 });
const under = async (rules, call) => {
  await control("rules", rules);
  const error = await refused(call());
  await control("rules");
  return error;
};

const app = client(token);
const found = { user: (await app.auth.test()).user_id };
const metadata = { event_type: "hot_lead", event_payload: { alert: "a1" } };
const posted = await app.chat.postMessage({ channel, text: "山田様がホットです", blocks, metadata });
found.posted = posted.ok && posted.channel === channel;
found.updated = (await app.chat.update({ channel, ts: posted.ts, text: "対応中", blocks })).ok;
const history = await app.conversations.history({ channel, include_all_metadata: true, limit: 10 });
found.metadata = history.messages.find((message) => message.ts === posted.ts)?.metadata ?? null;
found.wrongs = {
  token: await refused(client("xoxb-other").auth.test()),
  channel: await refused(app.chat.postMessage({ channel: "C0NOWHERE", text: "x" })),
  text: await refused(app.chat.postMessage({ channel })),
  blocks: await refused(app.chat.postMessage({ channel, text: "x", blocks: [{ type: "nothing" }] })),
  message: await refused(app.chat.update({ channel, ts: "1.000001", text: "x" })),
};
const post = () => app.chat.postMessage({ channel, text: "x" });
found.rules = {
  absent: await under({ absent: [channel] }, post),
  private: await under({ absent: [channel], private: [channel] }, post),
  archived: await under({ archived: [channel] }, post),
  restricted: await under({ restricted: [channel] }, post),
  scopes: await under({ scopes: [] }, post),
  organisation: await under({ organisation: true }, () => app.conversations.list()),
  keys: await under({ refused: "ekm_access_denied" }, post),
  none: await refused(post()),
};
await fault("ratelimit");
found.ratelimit = await refused(app.chat.postMessage({ channel, text: "x" }));
await fault("error_500");
found.error_500 = await refused(app.chat.postMessage({ channel, text: "x" }));
console.log(JSON.stringify(found));
