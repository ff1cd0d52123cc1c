/** Capitalised words that follow titles, greetings and given names without being surnames. Small letters. */
export const notNames = new Set(
  // Roles and forms of address
  (
    'mr mrs ms mx dr prof mme mlle präsident präsidentin präsidenten ministers kanzlers minister ministerin kanzler kanzlerin bundeskanzler bundeskanzlerin direktor direktorin professor professorin doktor doktorin kollege ' +
    'kollegin kollegen kolleginnen bürgermeister bürgermeisterin vorsitzender vorsitzende nachbar nachbarin kunde kundin kunden kundinnen herr frau damen herren ' +
    'dame herrn richter richterin anwalt anwältin general oberst hauptmann pfarrer pastor gott papst president director doctor customer customers colleague ' +
    'colleagues friend friends sir madam team all everyone everybody valued hiring manager support service services recruiter editor user users member members ' +
    'mitglied mitglieder gast gäste freund freunde freundin eltern leser leserin teilnehmer there world folks guys nutzer bewerber mitarbeiter mitarbeiterin ' +
    'mitarbeitende mitarbeiterinnen alle zusammen leute welt student students parent parents santa diary owner resident sirs ladies gentlemen committee board ' +
    'secretary minister senator governor mayor judge captain chair chairman officer staff client clients partner partners reader readers applicant candidate ' +
    'monsieur madame messieurs mesdames client cliente clientes señor señora equipo équipe squadra tutti todos tous ' +
    // Words at the start of what follows
    'the this that these those here there then we you he she it they i my our your his her its their and or but if when while where who what why how in on at by for from ' +
    'to of with as is are was were be has have had will would can could should may might must do does did not no yes please thank thanks dear hello hi hey sincerely best ' +
    'kind regards yours ' +
    'der die das den dem des ein eine einer eines einem und oder aber wenn als wie wo was wer warum ich du er sie es wir ihr mein meine unser unsere ihre ihren ihrer sein ' +
    'seine im am um an auf aus bei mit nach von vor zu zum zur für durch ohne über unter ist sind war waren hat haben hatte wird werden wurde kann können soll sollte muss ' +
    'müssen nicht kein keine ja nein bitte danke hallo guten liebe lieber vielen mfg heute gestern morgen ' +
    'le la les un une des du de et ou mais je tu il elle nous vous ils elles el los las y o pero yo ella nosotros lo gli uno una e ma io lui lei noi voi ' +
    // Days, months, places and things that stand behind a given name or a label
    'monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december ' +
    'montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember ' +
    'street road avenue lane drive city state county hospital clinic university school college company inc ltd llc gmbh ag kg corp group bank church island ' +
    'river lake mountain park center centre house hotel airport station north south east west new old ' +
    'straße strasse platz weg klinik krankenhaus universität schule firma bahnhof stadt kirche verlag stiftung verein institut haus ' +
    'id number name email phone address date time data file server version error type status password account order invoice ticket api http url json xml ' +
    'nummer adresse datum zeit daten datei fehler typ telefon konto rechnung bestellung vorname nachname geburtsdatum geburtstag alter betreff ' +
    'contract agreement policy department medical med phil rer jur ing dipl mba phd jr sr esq'
  ).split(' '),
);
