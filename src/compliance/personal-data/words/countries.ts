/** Countries as an address names them last, in English, German and their own language; small letters, split by commas. */
const names =
  'afghanistan,albania,algeria,andorra,angola,antigua and barbuda,argentina,armenia,australia,austria,azerbaijan,bahamas,bahrain,bangladesh,' +
  'barbados,belarus,belgium,belize,benin,bhutan,bolivia,bosnia,bosnia and herzegovina,botswana,brazil,brunei,bulgaria,burkina faso,burundi,' +
  'cambodia,cameroon,canada,cape verde,central african republic,chad,chile,china,colombia,comoros,congo,costa rica,croatia,cuba,cyprus,' +
  'czech republic,czechia,denmark,djibouti,dominica,dominican republic,ecuador,egypt,el salvador,equatorial guinea,eritrea,estonia,eswatini,' +
  'swaziland,ethiopia,fiji,finland,france,gabon,gambia,georgia,germany,ghana,greece,greenland,grenada,guatemala,guinea,guinea-bissau,guyana,' +
  'haiti,honduras,hong kong,hungary,iceland,india,indonesia,iran,iraq,ireland,israel,italy,ivory coast,jamaica,japan,jordan,kazakhstan,kenya,' +
  'kiribati,kosovo,kuwait,kyrgyzstan,laos,latvia,lebanon,lesotho,liberia,libya,liechtenstein,lithuania,luxembourg,macau,macedonia,' +
  'north macedonia,madagascar,malawi,malaysia,maldives,mali,malta,marshall islands,mauritania,mauritius,mexico,micronesia,moldova,monaco,' +
  'mongolia,montenegro,morocco,mozambique,myanmar,namibia,nauru,nepal,netherlands,the netherlands,new zealand,nicaragua,niger,nigeria,' +
  'north korea,norway,oman,pakistan,palau,panama,papua new guinea,paraguay,peru,philippines,poland,portugal,puerto rico,qatar,romania,russia,' +
  'rwanda,saint kitts and nevis,saint lucia,saint vincent and the grenadines,samoa,san marino,saudi arabia,senegal,serbia,seychelles,' +
  'sierra leone,singapore,slovakia,slovenia,solomon islands,somalia,south africa,south korea,south sudan,spain,sri lanka,sudan,suriname,sweden,' +
  'switzerland,syria,taiwan,tajikistan,tanzania,thailand,timor-leste,togo,tonga,trinidad and tobago,tunisia,turkey,türkiye,turkmenistan,tuvalu,' +
  'uganda,ukraine,united arab emirates,united kingdom,england,scotland,wales,northern ireland,united states,united states of america,usa,uk,uae,' +
  'uruguay,uzbekistan,vanuatu,vatican city,venezuela,vietnam,yemen,zambia,zimbabwe,deutschland,österreich,schweiz,frankreich,italien,spanien,' +
  'niederlande,belgien,polen,tschechien,dänemark,schweden,norwegen,finnland,ungarn,griechenland,türkei,großbritannien,vereinigtes königreich,' +
  'irland,luxemburg,españa,méxico,italia,suisse,belgique,belgië,nederland,danmark,sverige,norge,suomi,island,polska,česko,magyarország,hrvatska,' +
  'slovenija,slovensko,brasil,ελλάδα,κύπρος,россия,україна';

export const countries: ReadonlySet<string> = new Set(names.split(','));

/** States, provinces and Länder that stand alone behind a field name: small letters, split by commas. */
export const states: ReadonlySet<string> = new Set(
  (
    'alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,illinois,indiana,iowa,kansas,' +
    'kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,missouri,montana,nebraska,nevada,new hampshire,new jersey,' +
    'new mexico,new york,north carolina,north dakota,ohio,oklahoma,oregon,pennsylvania,rhode island,south carolina,south dakota,tennessee,' +
    'texas,utah,vermont,virginia,washington,west virginia,wisconsin,wyoming,ontario,quebec,québec,british columbia,alberta,manitoba,' +
    'saskatchewan,nova scotia,new brunswick,victoria,queensland,new south wales,tasmania,bavaria,saxony,hesse,bayern,sachsen,hessen,thüringen,' +
    'brandenburg,saarland,niedersachsen,schleswig-holstein,mecklenburg-vorpommern,nordrhein-westfalen,rheinland-pfalz,baden-württemberg,' +
    'sachsen-anhalt,berlin,hamburg,bremen,tirol,salzburg,kärnten,steiermark,vorarlberg,oberösterreich,niederösterreich,burgenland'
  ).split(','),
);
