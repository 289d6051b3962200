// A table that looks like one: the handbook of a company, as it was written over nine months.
import { connect, embed, float, int, json, table, text, timestamp } from "varve";
import { builtin } from "varve/embeddings";

const handbook = table(
  "handbook",
  {
    id: text().primaryKey(),
    title: text({ search: true }),
    body: text(),
    team: text({ enum: ["people", "finance", "travel", "support", "office"] }).indexed(),
    minutes: float(),
    edits: int().default(0),
    reviewed: timestamp().nullable(),
    meta: json().nullable(),
  },
  (c) => ({ vec: embed(builtin(), c.body) }),
);
const questions = table("questions", {
  id: int().primaryKey(),
  question: text({ search: true }),
  asked: int(),
});

const subjects = {
  people: [
    "parental leave",
    "sick days",
    "hiring",
    "the trial period",
    "training",
    "a sabbatical",
    "working from home",
  ],
  finance: ["invoices", "refunds", "the budget", "salaries", "expenses", "company cards", "annual reports"],
  travel: ["trains", "flights", "hotels", "rental cars", "visas", "meals on the road", "bicycles"],
  support: [
    "angry customers",
    "outages",
    "returns",
    "lost parcels",
    "chat",
    "escalations",
    "refund requests",
  ],
  office: ["desks", "keys", "the kitchen", "parking", "meeting rooms", "visitors", "plants"],
};
const flavours = {
  people: "Families, health and learning come before a deadline.",
  finance: "Money, taxes and the bank are looked at by two of us.",
  travel: "Tickets, stations and airports are booked with the agency.",
  support: "Customers write to us by chat, phone and mail, and we are polite.",
  office: "The building, its doors and its rooms belong to all of us.",
};
const rules = [
  (what, days) => `Ask your lead about ${what} at least ${days} days before, and write down what was agreed.`,
  (what, days) =>
    `Whoever takes care of ${what} answers within ${days} days. If nobody does, ask in the channel of the team.`,
  (what, days) =>
    `For ${what} we keep to the written rules: a decision takes ${days} days and is sent by mail to everybody it concerns.`,
  (what, days) =>
    `Costs for ${what} are paid back within ${days} days, if the receipt is attached and the lead has signed it.`,
];

function passage(team, subject, rule, days) {
  const slug = subject.replace(/[^a-z]+/g, "-");
  return {
    id: `${team}/${slug}-${rule + 1}`,
    title: `${subject[0].toUpperCase()}${subject.slice(1)}, part ${rule + 1}`,
    body: `${rules[rule](subject, days)} ${flavours[team]}`,
    team,
    minutes: 0.5 + ((slug.length * 7 + rule) % 30) / 10,
    edits: rule,
    reviewed: new Date(Date.UTC(2026, rule, 3 + (slug.length % 20))),
    meta: { owner: `${team}@example.com`, rule: { days, binding: rule % 2 === 0 } },
  };
}

const date = (month, day) => new Date(Date.UTC(2026, month - 1, day, 9));

/** Fills a folder with the handbook and its past. */
export async function fillHandbook(folder) {
  const db = await connect(folder);
  const t = await db.table(handbook);
  let month = 1;
  for (const [team, list] of Object.entries(subjects)) {
    const rows = list.flatMap((subject) => [0, 1, 2].map((rule) => passage(team, subject, rule, 14)));
    await t.insert(rows, { message: `the handbook of ${team}`, effectiveAt: date(month, 5) });
    month++;
    if (team === "travel") await t.tag("spring-review");
  }
  const refunds = [0, 1, 2].map((rule) => passage("finance", "refunds", rule, 30));
  await t.upsert(refunds, { message: "refunds may take 30 days now", effectiveAt: date(6, 1) });
  await t.upsert([passage("travel", "trains", 1, 2)], {
    message: "trains are booked in two days",
    effectiveAt: date(6, 12),
  });
  await t.delete({
    where: { team: "office", title: { $like: "Plants%" } },
    message: "nobody waters the plants",
  });
  await t.tag("before-audit");
  const costs = Object.entries(subjects).flatMap(([team, list]) =>
    list.map((one) => passage(team, one, 3, 10)),
  );
  await t.insert(costs, { message: "who pays for what", effectiveAt: date(7, 20) });
  await t.update({
    where: { team: "people" },
    set: (c) => ({ edits: c.edits.plus(1) }),
    message: "read again by people",
  });
  const { meta } = passage("support", "returns", 0, 21);
  const returns = { ...passage("support", "returns", 0, 21), meta: { ...meta, approved: true } };
  await t.upsert([returns, passage("support", "refund requests", 2, 3)], {
    message: "returns, after the audit",
  });
  await t.upsert([passage("finance", "expenses", 1, 5)], {
    message: "expenses are answered sooner",
    effectiveAt: date(9, 14),
  });
  await (await db.table(questions)).insert(
    rules.map((rule, id) => ({
      id,
      question: `${rule("refunds", 14).split(" ").slice(0, 6).join(" ")}?`,
      asked: 40 - id,
    })),
  );
  await db.close();
}
