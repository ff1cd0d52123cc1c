import { moreAmbiguous, moreSurnames } from './more-names.ts';

/** Common surnames, small letters; hand-made. They count only beside a given name, an initial or a cue. */
const german =
  'müller mueller schmidt schneider fischer weber meyer meier maier mayer wagner becker schulz schulze hoffmann hofmann schäfer koch bauer richter ' +
  'klein wolf schröder schroeder neumann schwarz zimmermann braun krüger hartmann lange schmitt schmitz krause lehmann schmid werner köhler ' +
  'herrmann walter könig huber kaiser fuchs peters lang scholz möller weiß jung hahn schubert vogel friedrich keller günther frank berger ' +
  'winkler roth beck lorenz baumann franke albrecht schuster simon ludwig böhm winter kraus martin schumacher krämer vogt stein jäger otto ' +
  'sommer groß seidel heinrich brandt haas schreiber graf schulte dietrich ziegler kuhn kühn pohl engel horn busch bergmann thomas voigt sauer ' +
  'arnold pfeiffer beckmann ernst lindner hübner kramer lindemann petersen hansen jansen janssen jensen paulsen ostermann steinbach brinkmann ' +
  'wegener reinhardt ritter kellner bachmann eckert steiner gruber hofer moser wimmer egger brunner auer wallner haider lechner pichler aigner ' +
  'frei zürcher bühler gerber wyss bieri ammann lüthi kaufmann bender bock böttcher dörr ebert ehlers fiedler fink fritsch geiger götz gottschalk grimm hagen ' +
  'heller henkel herbst hermann hess heuer hinz hirsch holz jahn john kern kirchner kirsch knoll konrad krause kruse kunz kunze langer lenz löffler lutz marx ' +
  'maurer menzel merkel michel mohr naumann nowak noack oswald pape paul philipp preuß raabe rapp reimann reuter riedel rieger rose rudolph sander schäfer ' +
  'scherer schilling schlüter schramm schreiner schütz schwab schwarz seifert siebert siegel sievers stark stephan stock straub thiel thiele trautmann ulrich urban voss wenzel wendt wilhelm witt wolff zander zeller';
const english =
  'smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson taylor moore jackson lee ' +
  'perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker ' +
  'hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers ' +
  'gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz ' +
  'hughes price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes ' +
  'gonzales fisher vasquez simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran ' +
  'medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry chen freeman webb tucker ' +
  'guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd stone salazar fox ' +
  'warren mills meyer rice schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins arnold pierce ' +
  'hansen peters santos hart bradley knight elliott cunningham duncan armstrong hudson carroll lane riley andrews alvarado ray delgado berry perkins hoffman ' +
  'johnston matthews pena richards contreras willis carpenter lawrence sandoval guerrero george chapman rios estrada ortega watkins greene nunez wheeler valdez ' +
  'harper burke larson santiago maldonado morrison franklin carlson austin dominguez carr lawson jacobs obrien lynch singh vega bishop montgomery oliver jensen ' +
  'harvey williamson gilbert dean sims espinoza howell li wong reid hanson le mccoy garrett burton fuller wang weber welch rojas lucas marquez fields park yang ' +
  'clarke davies hussain khan ahmed ali begum shah thomas walsh wilkinson whittaker barker barrett booth chambers dawson fletcher gallagher hopkins hutchinson kaur lloyd ' +
  'macdonald marsh moss newman norris osborne parsons pearce pearson poole pritchard saunders sharp sutton thornton wheatley whitehead woodward yates';
const other =
  'dubois durand leroy moreau laurent lefebvre fournier girard bonnet dupont lambert fontaine rousseau blanc guerin boyer garnier chevalier françois ' +
  'legrand gauthier perrin robin clement morin nicolas henry roussel mathieu gautier masson marchand duval denis dumont marie lemaire noel dufour meunier ' +
  'rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti costa giordano mancini rizzo lombardi moretti barbieri fontana santoro ' +
  'mariani rinaldi caruso ferrara galli martini leone longo gentile martinelli vitale lombardo serra coppola marchetti parisi villa conte ferraro fabbri bianco ' +
  'garcía gonzález rodríguez fernández lópez martínez sánchez pérez gómez jiménez hernández díaz álvarez muñoz gutiérrez alonso navarro domínguez vázquez serrano blanco ' +
  'molina suárez delgado ortega marín rubio núñez iglesias santana lozano guerrero cano prieto méndez herrero gallego vidal campos ' +
  'ferreira oliveira pereira almeida carvalho gomes ribeiro martins rocha barbosa teixeira correia sousa fernandes lima araújo melo cardoso nogueira ' +
  'kowalski nowak wiśniewski wójcik kowalczyk kamiński lewandowski zieliński szymański woźniak dąbrowski kozłowski jankowski mazur kwiatkowski novák svoboda horváth nagy kovács ' +
  'szabó tóth popescu ionescu ivanov petrov petrović jovanović yılmaz yilmaz kaya demir şahin çelik yıldız yildiz öztürk aydın özdemir arslan doğan kılıç ' +
  'de-vries jansen bakker visser smit mulder bos vos dekker dijkstra hendriks janssens peeters maes jacobs mertens willems claes goossens larsson johansson andersson nilsson eriksson karlsson ' +
  'svensson gustafsson olsen hansen johansen pedersen larsen nielsen christensen rasmussen sørensen korhonen virtanen mäkinen nieminen sharma kumar gupta mehta reddy iyer ' +
  'zhang liu huang zhao zhou tanaka suzuki sato watanabe yamamoto nakamura kobayashi';

export const surnames = new Set(`${german} ${english} ${other}`.split(' ').concat(moreSurnames));

/** Surnames that are also words: only a known given name or a cue makes them one. */
const alsoWords =
  'fischer weber becker schulz koch bauer richter klein wolf schwarz zimmermann braun krüger lange kaiser fuchs lang weiß jung hahn vogel keller frank berger beck simon winter stein jäger otto ' +
  'sommer groß graf kuhn engel horn busch arnold ernst ritter frei bock fink hirsch holz kern kirsch kunst lenz rose sander schilling schwab stark stock thiel ' +
  'urban witt wolff michel john paul stephan ulrich wilhelm werner hermann heinrich friedrich lorenz albrecht günther ludwig martin walter thomas dietrich könig schuster kirchner schreiner schütz siegel brandt ' +
  'kramer langer maurer reuter fiedler preuß hagen frank gerber kellner steiner bergmann jahn brown white young allen king wright scott hill green baker hall carter turner parker cook bell ward ' +
  'wood gray price long ross perry fisher jordan west cole hayes stevens marshall ford wells woods mason hunt black stone fox rice gardner grant lane berry ray hart knight ' +
  'dean sims park fields barrett booth sharp moss marsh cox reed kim cruz bishop carpenter weaver hunter porter cooper taylor page case le li wang chen banks rivers day law best chambers lee lewis james henry ' +
  'alexander graham bailey russell kelly dixon oliver lawrence george austin franklin lucas harvey gilbert douglas francis stanley lloyd sutton hamilton lincoln burton newman fletcher lawson hicks mills powers ' +
  'freeman washington palmer spencer pierce duncan ryan jackson anderson santiago leon cross morgan mitchell stewart clark adams rosso costa romano villa conte longo serra blanc bianco blanco leone santos rocha ' +
  'campos marin molina serrano leon gentile vitale moreau fontaine chevalier marchand nicolas marie bruno clement robin denis noel masson cano vidal rubio melo lima vos bos maes visser bakker ' +
  'mazur kaya demir arslan lopez singh shah ali khan ahmed patel';
const words = new Set(alsoWords.split(' '));

/** Surnames that are hardly anything else: behind any capitalised word they make it a name. */
export const clearSurnames = [...surnames].filter(
  (name) => !words.has(name) && !moreAmbiguous.has(name) && name.length >= 4,
);
