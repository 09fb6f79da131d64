// Amazon's SDK for JavaScript sends mails to a SES: {url, faults} in, what each send came to out.
import { readFileSync } from "node:fs";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";

const { url, faults } = JSON.parse(readFileSync(0, "utf8"));
const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
const client = new SESv2Client({ endpoint: url, region: "ap-northeast-1", credentials, maxAttempts: 1 });
const mail = (to) => ({
  FromEmailAddress: "news@example.com",
  Destination: { ToAddresses: [to] },
  Content: { Simple: { Subject: { Data: "資料のお届け", Charset: "UTF-8" }, Body: { Text: { Data: "山田様" } } } },
  EmailTags: [{ Name: "send_id", Value: "s1" }],
});
const send = async (to) => {
  try {
    return { id: (await client.send(new SendEmailCommand(mail(to)))).MessageId };
  } catch (error) {
    return { error: error.name, status: error.$metadata?.httpStatusCode ?? null, message: error.message };
  }
};
const found = { sent: await send("hanako@example.co.jp"), invalid: await send("no address") };
for (const mode of faults) {
  await fetch(`${url}/_control/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ mode, count: 1 }),
  });
  found[mode] = await send("hanako@example.co.jp");
}
console.log(JSON.stringify(found));
