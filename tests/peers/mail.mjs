// Mails read by postal-mime: [raw mail in base64] in, [{from, to, cc, bcc, replyTo, subject, headers, html, text}] out.
import { readFileSync } from "node:fs";
import PostalMime from "postal-mime";

const read = async (raw) => {
  const mail = await PostalMime.parse(Buffer.from(raw, "base64"));
  const { from, to, cc = [], bcc = [], replyTo, subject, headers, html, text, attachments } = mail;
  return { from, to, cc, bcc, replyTo, subject, headers, html, text, attachments: attachments.length };
};

console.log(JSON.stringify(await Promise.all(JSON.parse(readFileSync(0, "utf8")).map(read))));
