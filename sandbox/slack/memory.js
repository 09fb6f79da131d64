// local-slack forgets its messages when it ends; loaded before it, this keeps them as lines in messages.jsonl, where it runs.
import { EventEmitter } from "node:events";
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const FILE = "messages.jsonl";
const KEPT = { message: (it) => it, message_update: (it) => it, message_delete: ({ channel, ts }) => ({ channel, ts, gone: true }) };
const { emit, on } = EventEmitter.prototype;
const remembered = new WeakSet();

const line = (message) => JSON.stringify(message) + "\n";

function lines() {
  const kept = existsSync(FILE) ? readFileSync(FILE, "utf8").split("\n") : [];
  return kept.flatMap((text) => {
    try {
      return [JSON.parse(text)];
    } catch {
      return []; // the end of a line that an ending process did not write whole
    }
  });
}

function remember(store) {
  const found = new Map();
  for (const message of lines()) {
    const key = `${message.channel} ${message.ts}`;
    message.gone ? found.delete(key) : found.set(key, message);
  }
  for (const message of found.values()) store.messages.set(message.channel, [...(store.messages.get(message.channel) ?? []), message]);
  writeFileSync(`${FILE}.new`, [...found.values()].map(line).join(""));
  renameSync(`${FILE}.new`, FILE);
}

EventEmitter.prototype.on = function (type, heard) {
  if (type === "message" && this.messages instanceof Map && !remembered.has(this)) {
    remembered.add(this);
    remember(this);
  }
  return on.call(this, type, heard);
};

EventEmitter.prototype.emit = function (type, ...told) {
  if (remembered.has(this)) {
    if (type in KEPT) appendFileSync(FILE, line(KEPT[type](told[0])));
    if (type === "reset") writeFileSync(FILE, "");
  }
  return emit.call(this, type, ...told);
};
