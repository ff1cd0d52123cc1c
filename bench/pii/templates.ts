/** Sentences with `{KIND:LABEL}` for personal data and `{KIND}` for what is none; one a line. */
export const positives = `
Meine Telefonnummer ist {PHONE_DE:PHONE}, Sie erreichen mich auch unter {PHONE_INT:PHONE}.
Rufen Sie bitte {NAME:PERSON} unter {PHONE_DE:PHONE} zurück.
Bitte überweisen Sie den Betrag auf {IBAN:IBAN} bis Freitag.
IBAN: {IBAN:IBAN}, Kontoinhaber: {NAME:PERSON}
Die Kreditkarte {CARD:CREDIT_CARD} wurde abgelehnt.
Sehr geehrte Frau {SURNAME:PERSON}, vielen Dank für Ihre Nachricht.
Sehr geehrter Herr Dr. {SURNAME:PERSON}, anbei die Unterlagen.
Hallo {GIVEN:PERSON}, kannst du mir das schicken?
Mein Name ist {NAME:PERSON} und ich wohne in der {STREET_DE:ADDRESS}, {PLACE_DE:ADDRESS}.
Ich heiße {NAME:PERSON}, geboren am {BIRTH:DATE_OF_BIRTH}.
{NAME:PERSON}, geb. {BIRTH:DATE_OF_BIRTH}, {STREET_DE:ADDRESS}
Patient: {NAME:PERSON}, Geburtsdatum: {BIRTH:DATE_OF_BIRTH}
Mit freundlichen Grüßen\\n{NAME:PERSON}
Gestern hat {NAME:PERSON} den Vertrag unterschrieben.
Laut {NAME:PERSON} ist die Lieferung an die {STREET_DE:ADDRESS} in {PLACE_DE:ADDRESS} gegangen.
Meine Steuer-ID lautet {TAX_ID:DE_TAX_ID}.
Die Steueridentifikationsnummer {TAX_ID:DE_TAX_ID} liegt uns vor.
USt-IdNr. {VAT:DE_VAT_ID}, Steuernummer {TAX_NUMBER:DE_TAX_NUMBER}
Eingetragen beim Amtsgericht Köln unter {HRB:DE_HANDELSREGISTER}.
Personalausweisnummer {ID_CARD:IDCARD}, gültig bis 2031.
Das Fahrzeug mit dem Kennzeichen {PLATE:DE_KFZ} parkt falsch.
Kundennummer {CUSTOMER:CUSTOMERID}: bitte prüfen.
Schreib mir an {EMAIL:EMAIL} oder an {EMAIL:EMAIL}.
Der Login kam von {IP:IP} mit der MAC {MAC:MAC}.
Das Passwort lautet {PASSWORD:PASSWORD}, bitte ändern.
Passwort: {PASSWORD:PASSWORD}
Benutzername: {USERNAME:USERNAME}
My name is {NAME:PERSON} and my email is {EMAIL:EMAIL}.
You can reach me at {PHONE_US:PHONE} or {PHONE_INT:PHONE}.
Please charge card {CARD:CREDIT_CARD} for the full amount.
Hi {GIVEN:PERSON}, thanks for the call yesterday.
Dear Mr. {SURNAME:PERSON}, your claim has been approved.
Contact {NAME:PERSON} at {STREET_EN:ADDRESS}, Springfield, IL 62701.
She lives at {STREET_EN:ADDRESS} and works downtown.
Patient {NAME:PERSON} was born on {BIRTH:DATE_OF_BIRTH}.
DOB: {BIRTH:DATE_OF_BIRTH}, SSN: {SSN:US_SSN}
My social security number is {SSN:SSN}.
His National Insurance number is {NINO:UK_NINO}.
Best regards,\\n{NAME:PERSON}
The invoice was approved by {NAME:PERSON} on Monday.
Wire it to IBAN {IBAN:IBAN}, attention {NAME:PERSON}.
Client IP {IP:IP} was blocked.
Device {MAC:MAC} joined the network.
See my profile at {URL:URL} for more.
My passport number is {PASSPORT:PASSPORT}.
Driver's license number: {PASSPORT:DRIVERLICENSE}
Username: {USERNAME:USERNAME}, password: {PASSWORD:PASSWORD}
The password is {PASSWORD:PASSWORD} for now.
export AWS_ACCESS_KEY_ID={AWS:AWS_ACCESS_KEY}
GITHUB_TOKEN={GITHUB:SECRET}
openai.api_key = "{OPENAI:SECRET}"
x-api-key: {ANTHROPIC:SECRET}
STRIPE_KEY={STRIPE:SECRET}
slack token {SLACK:SECRET}
Authorization: Bearer {JWT:JWT}
DATABASE_URL={DB_URL:SECRET}
{"user":{"name":"{NAME:PERSON}","email":"{EMAIL:EMAIL}","phone":"{PHONE_INT:PHONE}"}}
{"password": "{PASSWORD:PASSWORD}", "iban": "{IBAN:IBAN}"}
Send the coins to {BTC:CRYPTO} please.
Je m'appelle {NAME:PERSON} et j'habite {STREET_FR:ADDRESS}, 75002 Paris.
Mon numéro de téléphone est le {PHONE_INT:PHONE}, mon e-mail {EMAIL:EMAIL}.
Madame {SURNAME:PERSON}, née le {BIRTH:DATE_OF_BIRTH}, a téléphoné.
Me llamo {NAME:PERSON} y vivo en {STREET_ES:ADDRESS}.
El señor {SURNAME:PERSON} pagó con la tarjeta {CARD:CREDIT_CARD}.
Mi chiamo {NAME:PERSON}, abito in {STREET_IT:ADDRESS}.
Il signor {SURNAME:PERSON} è nato il {BIRTH:DATE_OF_BIRTH}.
Ask {GIVEN:PERSON} about it; {GIVEN:PERSON} knows the details.
{SURNAME:PERSON}, {GIVEN:PERSON}: {PHONE_DE:PHONE}
Name: {NAME:PERSON}\\nTelefon: {PHONE_DE:PHONE}\\nE-Mail: {EMAIL:EMAIL}
Tel.: {PHONE_DE:PHONE} | Fax: {PHONE_DE:PHONE} | Mobil: {PHONE_DE:PHONE}
Die Nummer {PHONE_DE:PHONE} ist nicht vergeben.
Call {PHONE_US:PHONE} now.
Account number {CUSTOMER:ACCOUNTNUMBER} was overdrawn.
`;

export const negatives = `
The build {UUID} finished at {ISO} with version {VERSION}.
commit {SHA} fixes the flaky test in {VERSION}
Order number {ORDER} costs {PRICE} and ships on Tuesday.
Bestellnummer {ORDER}, Gesamtbetrag {PRICE}.
Rechnung {ORDER} vom 12.03.2026 über {PRICE}
{TABLE}
{TABLE}
{ISO} INFO request {UUID} took {NUMBER} ms
{ISO} [main] ERROR com.example.app.Server - failed after {NUMBER} retries at Server.java:214
    at Object.<anonymous> (/app/src/index.ts:{NUMBER}:17)
const total = items.reduce((sum, item) => sum + item.price, {NUMBER});
for (let i = 0; i < {NUMBER}; i++) { console.log(i); }
std::vector<int> v; v.push_back({NUMBER}); Foo::bar(); a::b::c();
import { readFile } from 'node:fs/promises'; export default async function main() {}
npm install react@{VERSION} typescript@{VERSION}
sha256:{SHA}{SHA}
The timestamp {EPOCH} is in milliseconds.
Die Zahl {LONG} ist keine Kontonummer, sondern eine Prüfsumme.
Random {LONG} digits.
In 2024 wurden 10000 Euro und 25000 Besucher gezählt.
The ratio was 12:34:56 and the score 3-2 in 2019.
Am Montag, den 3. März 2026, treffen wir uns um 14:30 Uhr im Büro.
The meeting is on March 3, 2026 at 10:00 in room 4.
Der Markt wächst um 3,5 Prozent, der Platz 5 ging an die Konkurrenz.
Wir haben 15 Mitarbeiter und 230 Kunden in 12 Ländern.
The password is required. Enter your password to continue.
Das Passwort muss mindestens 12 Zeichen haben.
function login(password: string, token: string): Promise<User>
const password = process.env.DB_PASSWORD;
api_key: $API_KEY
if (token === null) throw new Error('no token');
SELECT id, name FROM users WHERE id = {NUMBER} ORDER BY created_at LIMIT 100;
<div class="col-md-6" id="row-{NUMBER}"><span>Text</span></div>
Chapter 3.2.1.4 describes section 12.4.
Version 1.2.3.4 of the driver is out.
0.1234567890123456 and 3.14159265358979
{"id": {NUMBER}, "uuid": "{UUID}", "created": "{ISO}", "price": 12.50}
GET /api/v1/orders/{NUMBER}?page=2 HTTP/1.1 200 {NUMBER}
Die Bundeskanzlerin sprach mit dem Herrn Präsidenten über den Haushalt.
Dear customer, your order has been shipped.
Sehr geehrte Damen und Herren, anbei das Angebot.
Hello World, this is a test.
The quick brown fox jumps over the lazy dog near the river bank.
Der schnelle braune Fuchs springt über den faulen Hund am Fluss.
In May and June the garden is full of roses; will you come?
Mark the date, bill the customer and frank the letter.
Use the street view; drive 5 miles, then turn left at the court.
ISBN 978-3-16-148410-0, DOI 10.1000/182, ISO 9001:2015
RFC 2119, IEEE 802.11, EN 60601-1, DIN 5008
Port 8080:80, CIDR notation, 100 % CPU, 12 GB RAM
Error 0x80070005 at 0xdeadbeef, errno 13, code E1234567
Tracking code 1Z999AA10123456784 was scanned.
EAN 4006381333931, SKU AB-1234-56, Artikel 12345
The room is 12 x 34 x 56 cm, 120/80 mmHg, 37.5 °C.
a @ b, foo@bar, @decorator, user@localhost
Phase 1 2 3 4 5 6 7 8 9 10 11 12
§ 12 Abs. 3 Satz 4 BGB, Art. 6 Abs. 1 DSGVO
12/2024 und 01/2025, KW 14, Q3 2025
arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude
i-0abcd1234ef567890 vpc-0a1b2c3d subnet-12345678 ami-0123456789abcdef0
Speed 10 000 000 requests, 1 234 567 rows, 999.999.999 bytes
Lottozahlen: 3 12 25 31 40 44
`;
