import { seeded } from './values.ts';

/** Sentences of the kind that operations carry: prose, a few numbers, names and times, some code. */
const sentences = [
  'The service answered most requests in time, but a small share of them waited for a connection that never came.',
  'After the deployment the error rate rose slowly, so the team rolled it back and looked at the logs of the last hour.',
  'We should measure before we change anything; the cache may hide a regression that only shows under load.',
  'In the second quarter revenue grew by 12 percent, mostly because existing customers renewed their contracts early.',
  'A good summary names the cause, the effect and the next step, and leaves out everything that the reader already knows.',
  'Please compare both proposals and tell me which one is easier to maintain over the next three years.',
  'The committee met on Tuesday and decided to postpone the vote until the missing documents had been found.',
  'When the primary region fails, traffic moves to the second one within 30 seconds, and alarms are sent to the on-call engineer.',
  'Write a function that takes a list of orders and returns the ten most expensive ones, sorted by price.',
  'Although the weather was bad, hundreds of people came to the market to buy vegetables, bread and flowers.',
  'Der Dienst hat die meisten Anfragen rechtzeitig beantwortet, nur ein kleiner Teil wartete auf eine freie Verbindung.',
  'Nach der Umstellung stieg die Fehlerrate langsam an, deshalb wurde die alte Fassung wieder in Betrieb genommen.',
  'Bitte fassen Sie den Bericht in wenigen Sätzen zusammen und nennen Sie die drei wichtigsten Maßnahmen.',
  'Im vergangenen Jahr stieg der Umsatz um 8,5 Prozent, vor allem wegen der höheren Nachfrage aus dem Ausland.',
  'Die Gemeinde plant, die Brücke im Sommer zu sanieren und den Verkehr so lange über die Landstraße umzuleiten.',
  'Wenn die Leitung ausfällt, übernimmt der zweite Standort innerhalb von 30 Sekunden alle laufenden Vorgänge.',
  'Das Verfahren ist einfach zu bedienen, spart Zeit und lässt sich ohne große Kosten in andere Abteilungen übertragen.',
  'Thomas prüft heute die Unterlagen, danach entscheidet die Leitung über den Antrag der Abteilung.',
  'const ready = nodes.filter((node) => node.healthy && node.load < 0.8).map((node) => node.id);',
  '2026-03-12T08:15:42.120Z INFO router decision=direct latency=412ms tokens=1532 class=standard',
];

/** About `length` characters of ordinary text; the same every time. */
export function ordinaryText(length: number): string {
  const random = seeded(7);
  const parts: string[] = [];
  for (let size = 0; size < length; ) {
    const sentence = sentences[Math.floor(random() * sentences.length)] ?? '';
    parts.push(sentence);
    size += sentence.length + 1;
  }
  return parts.join(random() < 0.1 ? '\n' : ' ');
}
