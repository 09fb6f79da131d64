// One sales desk's morning through jsforce: {url, id, secret} in, what came of each step out.
import { readFileSync } from "node:fs";
import jsforce from "jsforce";

const { url, id, secret } = JSON.parse(readFileSync(0, "utf8"));
const refused = (call) => call.then(() => null, (error) => error.errorCode ?? error.name);
const found = {};

const desk = new jsforce.Connection({
  loginUrl: url,
  instanceUrl: url,
  version: "62.0",
  oauth2: { loginUrl: url, clientId: id, clientSecret: secret },
});
await desk.authorize({ grant_type: "client_credentials" });
found.name = (await desk.request(`${url}/services/oauth2/userinfo`)).preferred_username;

const lead = { LastName: "O'Hara", Company: "みどり物流", Ripen_Key__c: "a/b+c d" };
found.created = await desk.sobject("Lead").create(lead);
found.read = await desk.sobject("Lead").retrieve(found.created.id);
found.updated = await desk.sobject("Lead").update({ Id: found.created.id, Title: "部長" });
found.upserted = await desk.sobject("Lead").upsert({ Ripen_Key__c: "second", LastName: "佐藤", Company: "あお" }, "Ripen_Key__c");
found.again = await desk.sobject("Lead").upsert({ Ripen_Key__c: "second", Title: "課長" }, "Ripen_Key__c");
found.queried = await desk.sobject("Lead").find({ LastName: "O'Hara" }, ["Id", "Title", "Owner.Name"]);
found.counted = (await desk.query("SELECT COUNT() FROM Lead")).totalSize;

const many = Array.from({ length: 2100 }, (_, n) => ({ LastName: `Lead ${n}`, Company: "多数" }));
found.made = (await desk.sobject("Lead").create(many, { allowRecursive: true })).filter((row) => row.success).length;
found.paged = (await desk.query("SELECT Id FROM Lead WHERE Company = '多数'", { autoFetch: true, maxFetch: 5000 })).records.length;
found.mixed = await desk.sobject("Lead").create([{ LastName: "良い", Company: "い" }, { LastName: "悪い" }]);

const described = await desk.sobject("Lead").describe();
found.rank = described.fields.find((field) => field.name === "Ripen_Rank__c").picklistValues.map((value) => value.value);
found.objects = (await desk.describeGlobal()).sobjects.map((object) => object.name);
found.limit = desk.limitInfo.apiUsage.limit;

found.wrongs = {
  missing: await refused(desk.sobject("Lead").create({ LastName: "x" })),
  unknown: await refused(desk.query("SELECT Nothing__c FROM Lead")),
  gone: await refused(desk.sobject("Lead").retrieve("00Q000000000999EAA")),
};
found.deleted = await desk.sobject("Lead").destroy(found.created.id);
console.log(JSON.stringify(found));
