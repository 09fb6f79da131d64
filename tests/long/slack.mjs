// Slack's own client for Node: {api, token, channel, blocks} in, what came of each call out.
import { readFileSync } from "node:fs";
import { LogLevel, WebClient } from "@slack/web-api";

const { api, token, channel, blocks } = JSON.parse(readFileSync(0, "utf8"));
const client = (of) =>
  new WebClient(of, { slackApiUrl: api, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, logLevel: LogLevel.ERROR });
const refused = (call) => call.then(() => null, (error) => error.data?.error ?? error.code);
const fault = (mode) =>
  fetch(api.replace(/api\/$/, "_control/faults"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ mode, count: 1 }),
  });

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
await fault("ratelimit");
found.ratelimit = await refused(app.chat.postMessage({ channel, text: "x" }));
await fault("error_500");
found.error_500 = await refused(app.chat.postMessage({ channel, text: "x" }));
console.log(JSON.stringify(found));
