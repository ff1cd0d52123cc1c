/**
 * Label names of other data sets, in capitals without spaces, `-` or `_`, to the types of ours that count as the same
 * thing. A label that is not here is taken as it is. `EXACT` label sets differ in grain: several of ours may fit one.
 */
const families: readonly { ours: readonly string[]; theirs: string }[] = [
  { ours: ['EMAIL'], theirs: 'EMAIL EMAILADDRESS MAIL' },
  { ours: ['PHONE'], theirs: 'PHONE PHONENUMBER TELEPHONENUM TELEPHONE TEL FAX FAXNUMBER MOBILE' },
  { ours: ['IBAN'], theirs: 'IBAN IBANCODE' },
  { ours: ['BIC'], theirs: 'BIC SWIFT SWIFTCODE SWIFTBIC' },
  { ours: ['CREDIT_CARD'], theirs: 'CREDITCARD CREDITCARDNUMBER CREDITCARDNUM CARDNUMBER CREDITDEBITCARD' },
  { ours: ['PIN'], theirs: 'PIN CREDITCARDCVV CVV CVC OTP' },
  { ours: ['IP'], theirs: 'IP IPADDRESS IPV4 IPV6' },
  { ours: ['MAC'], theirs: 'MAC MACADDRESS' },
  { ours: ['URL', 'URL_CREDENTIALS'], theirs: 'URL DOMAINNAME DOMAIN LINK' },
  { ours: ['CRYPTO'], theirs: 'CRYPTO BITCOINADDRESS ETHEREUMADDRESS LITECOINADDRESS WALLET' },
  {
    ours: ['PERSON'],
    theirs:
      'PERSON NAME PER FIRSTNAME LASTNAME GIVENNAME SURNAME MIDDLENAME FULLNAME GIVENNAME1 GIVENNAME2 LASTNAME1 LASTNAME2 LASTNAME3',
  },
  { ours: ['USERNAME'], theirs: 'USERNAME LOGIN ACCOUNTNAME' },
  {
    ours: ['ADDRESS', 'DE_PLZ'],
    theirs:
      'ADDRESS STREETADDRESS LOCATION LOC STREET BUILDING BUILDINGNUM BUILDINGNUMBER SECONDARYADDRESS SECADDRESS CITY ZIPCODE ' +
      'POSTCODE ZIP STATE COUNTY GPE',
  },
  { ours: ['DE_PLZ', 'ADDRESS'], theirs: 'DEPLZ' },
  { ours: ['GEO_COORDINATE'], theirs: 'GEOCOORDINATE GEOCOORD NEARBYGPSCOORDINATE COORDINATE' },
  { ours: ['DATE_OF_BIRTH'], theirs: 'DATEOFBIRTH DOB BOD BIRTHDATE' },
  {
    ours: ['US_SSN', 'NATIONAL_ID', 'UK_NINO', 'DE_SOCIAL_SECURITY', 'ID_NUMBER'],
    theirs: 'SSN SOCIALNUM SOCIALNUMBER SOCIALSECURITYNUMBER',
  },
  { ours: ['US_SSN'], theirs: 'USSSN' },
  { ours: ['UK_NINO'], theirs: 'UKNINO' },
  { ours: ['UK_NHS'], theirs: 'UKNHS' },
  {
    ours: ['ID_NUMBER', 'NATIONAL_ID', 'DE_ID_CARD', 'DE_PASSPORT', 'PASSPORT'],
    theirs: 'IDCARD IDCARDNUM IDCARDNUMBER NATIONALID IDNUMBER IDNUM MEDICALRECORD CUSTOMERID EMPLOYEEID',
  },
  { ours: ['PASSPORT', 'DE_PASSPORT', 'DE_ID_CARD'], theirs: 'PASSPORT PASSPORTNUM PASSPORTNUMBER USPASSPORT PASS' },
  {
    ours: ['DRIVER_LICENSE', 'DE_DRIVER_LICENSE'],
    theirs: 'DRIVERLICENSE DRIVERLICENSENUM DRIVERLICENSENUMBER USDRIVERLICENSE',
  },
  {
    ours: ['TAX_ID', 'DE_TAX_ID', 'DE_TAX_NUMBER', 'DE_VAT_ID', 'NATIONAL_ID'],
    theirs: 'TAXNUM TAXID TAXNUMBER USITIN',
  },
  { ours: ['DE_VAT_ID', 'VAT_ID'], theirs: 'DEVATID VATID' },
  { ours: ['ACCOUNT_NUMBER', 'ID_NUMBER'], theirs: 'ACCOUNTNUMBER ACCOUNTNUM USBANKNUMBER BANKACCOUNT' },
  { ours: ['VIN'], theirs: 'VIN VEHICLEVIN' },
  { ours: ['DE_KFZ', 'LICENSE_PLATE'], theirs: 'DEKFZ VEHICLEVRM LICENSEPLATE' },
  { ours: ['IMEI'], theirs: 'IMEI PHONEIMEI' },
  { ours: ['PASSWORD'], theirs: 'PASSWORD PASSWD' },
  {
    ours: [
      'API_KEY',
      'PASSWORD',
      'AWS_ACCESS_KEY',
      'AWS_SECRET_KEY',
      'AZURE_KEY',
      'JWT',
      'PRIVATE_KEY',
      'URL_CREDENTIALS',
    ],
    theirs: 'SECRET APIKEY TOKEN ACCESSTOKEN KEY CREDENTIALS',
  },
];

const plain = (label: string): string => label.toUpperCase().replace(/[\s_-]/g, '');
const known = new Map(families.flatMap(({ ours, theirs }) => theirs.split(' ').map((label) => [label, ours])));

/** The types of ours that count as found for a label of a data set. */
export function typesOf(label: string): readonly string[] {
  return known.get(plain(label)) ?? [label];
}
