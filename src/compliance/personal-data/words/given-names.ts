import { moreAmbiguous, moreGivenNames } from './more-names.ts';

/**
 * Common given names, small letters, by the language where they are most at home. Hand-made and far from complete: a
 * name that is missing is still found behind a title, a greeting or a label.
 */
const german =
  'achim adelheid albrecht alexa alfons alois andrea andreas angela angelika anja anke anna anneliese annemarie annette ansgar ' +
  'antje antonia arne arnold astrid axel barbara bärbel beate benedikt benjamin bernd bernhard bettina birgit bjarne björn ' +
  'brigitte britta bruno burkhard carina carola carsten christa christiane christina christine christoph claudia cornelia corinna ' +
  'dagmar daniela detlef dieter dietmar dietrich dirk dominik doris dörte eberhard eckhard edeltraud egon elfriede elisabeth elke ' +
  'ellen elmar else emil erika erich erna ernst eugen eva evelyn fabian felix ferdinand finja florian franz franziska frauke ' +
  'friederike friedrich fritz gabi gabriele georg gerd gerda gerhard gernot gertrud gisela gitta gottfried greta gudrun günter ' +
  'günther gunnar hanna hannah hannelore hannes hans hansjörg harald hartmut hedwig heike heiko heiner heinrich heinz helene helga ' +
  'helmut helmuth henning henrik herbert hermann hildegard hilde holger horst hubert hugo ilona ilse imke ingeborg inge ingo ingrid ' +
  'irene irmgard isabell jakob jana janine jannik jens jessica joachim jochen johanna johannes jonas jonathan jörg josef jürgen ' +
  'jutta karin karl karla karsten katharina kathrin katja katrin kerstin kevin kilian kirsten klaus knut konrad konstantin kurt lara ' +
  'larissa lars laura lea lena leni leon leonie liesel lina lisa lisbeth lothar luca ludwig luisa lukas lutz magdalena maike maja ' +
  'malte manfred manuel manuela marcel marco marcus mareike margarete margit margot marianne marion marlene marlies martina mathias ' +
  'mathilde matthias maximilian mechthild meike melanie mia michaela mirjam monika monique moritz nadine nadja natalie nele niklas nico ' +
  'nicole niels nils nina norbert ole olaf oliver ortwin oskar otto pascal patrizia paula petra philipp pia rainer ralf ralph ramona ' +
  'raphael regina reiner reinhard reinhold renate rené ricarda richard roland rolf romy ronny rosemarie roswitha rüdiger rudolf rupert ' +
  'sabine sabrina sandra sascha saskia sebastian siegfried sieglinde sigrid silke silvia simone sina sonja sophia sophie stefan ' +
  'stefanie steffen steffi stephan stephanie susanne svenja sven swantje sybille sylvia tanja tatjana theo theodor theresa thilo thomas ' +
  'thorsten till tilman tim timo tina tobias torben torsten traudl trude udo ulf ulrich ulrike ursula uschi ute uwe valentin vanessa ' +
  'verena vera veronika viktor viktoria volker volkmar waldemar waltraud walter walther wenke werner wiebke wilfried wilhelm wilma ' +
  'willi winfried wolfgang wolfram yannick yvonne';
const english =
  'aaron abigail adam adrian aidan aiden alan albert alex alexander alexandra alexis alfred alice alicia alison allison alyssa amanda ' +
  'amber amelia amy andrew andy angel angelina anita ann anne annie anthony arthur ashley audrey austin ava barry beatrice becky ben ' +
  'bernard beth bethany betty beverly billy blake bob bobby bonnie brad bradley brandon brenda brendan brett brian brianna bridget ' +
  'brittany brooke bruce bryan caleb calvin cameron carl carla carol caroline carolyn carrie casey catherine cathy charles charlie ' +
  'charlotte chelsea cheryl chloe chris christian christopher cindy claire clara clarence clayton clifford clyde cody colin colleen ' +
  'connie connor corey courtney craig crystal curtis cynthia daisy dale dan daniel danielle danny darren daryl dave david deborah debra ' +
  'denise dennis derek diana diane dianne donald donna doris dorothy douglas duane dustin dwayne dylan eddie edgar edith edna edward edwin ' +
  'eileen elaine eleanor eli elijah elizabeth ella ellie emily emma eric erica erin ernest esther ethan ethel eugene eunice evan evelyn ' +
  'fiona florence frances francis frank fred freddie frederick gabriel gabriella gail gareth garrett gary gavin gemma geoffrey george ' +
  'georgia gerald geraldine gilbert gina gladys glen glenn gloria gordon graham greg gregory gwendolyn hailey harold harriet harry ' +
  'harvey hazel heather hector heidi helen henry herman holly howard ian isaac isabel isabella isla jack jackie jackson jacob jacqueline ' +
  'jake james jamie jane janet janice jared jasmine jason jay jayden jean jeanette jeff jeffrey jen jenna jennifer jenny jeremy jerome jerry ' +
  'jesse jessie jill jillian jim jimmy joan joann joanna joanne joe joel joey johan john johnny jon jordan jose joseph josephine josh joshua ' +
  'joyce juan juanita judith judy julia julian julie june justin kaitlyn karen karl kate katelyn katherine kathleen kathryn kathy katie kayla ' +
  'keith kelly kelsey ken kendra kenneth kenny kerry kim kimberly kirk kristen kristin kristina kyle lance larry latoya lauren laurie ' +
  'lawrence leah lee leonard leroy leslie lester lewis liam lillian lily linda lindsay lindsey logan lois lori lorraine louis louise ' +
  'lucas lucille lucy luke lydia lynn mabel mackenzie madeline madison malcolm marc marcia margaret maria marie marilyn marissa marjorie ' +
  'mark marlon martha martin marvin mary mason matt matthew maureen megan melinda melissa melvin mercedes michael michele michelle miguel mike ' +
  'mildred milton miranda misty mitchell molly morgan muriel myra nancy naomi natalie natasha nathan nathaniel neil nelson nicholas nick ' +
  'nigel noah noel nora norma norman oliver olivia oscar owen paige pamela patricia patrick patty paul pauline peggy penelope penny perry ' +
  'pete peter phil philip phillip phoebe phyllis rachael rachel ralph randall randy raymond rebecca rebekah reginald rhonda rick ricky ' +
  'rob robert roberta robin rodney roger ronald ronnie rory rosemary rosie ross roxanne roy ruby russell ruth ryan sabrina sally sam ' +
  'samantha samuel sara sarah savannah scott sean seth shane shannon sharon shaun shawn sheila shelby shelly sherry shirley sidney simon ' +
  'sonia spencer stacey stacy stanley stella stephen steve steven stewart stuart sue summer susan suzanne sydney sylvester tamara tammy ' +
  'tanya tara taylor ted teresa terrence terry thelma theodore tiffany timothy toby todd tom tommy toni tony tracey tracy travis trevor ' +
  'tristan troy tyler valerie vanessa vernon vicki vicky victor victoria vincent viola virginia vivian wade wallace wanda warren wayne wendy ' +
  'wesley whitney willard william willie wilma winston yolanda yvette zachary zoe zoey';
const romance =
  'adèle agathe agnès aimée alain alessandra alessandro alessia alexandre aline álvaro amandine amélie ana anaïs andré andrés angelo ' +
  'antoine antonella antonio arnaud aurélie aurora baptiste béatrice beatriz benoît bernadette blanca camila camille carlo carlos carmen ' +
  'cécile cedric cédric céline chantal chiara clémence clément colette concepción consuelo corinne cosimo cristian cristiano cristina ' +
  'damien davide delphine denis diego dolores domenico dominique eduardo elena elisa éloïse emanuele émile émilie emilio enrico enrique ' +
  'enzo ernesto esteban estelle étienne fabien fabio fabrizio federica federico felipe fernanda fernando filippo francesca francesco francisco ' +
  'franck franco françois françoise frédéric gabriela gaëlle gaspard genevieve geneviève gérard giacomo gianluca gianni giorgia giorgio giovanna ' +
  'giovanni gilles giulia giuliana giulio giuseppe gonçalo gonzalo guadalupe guillaume guillermo gustavo hélène henri hervé hugues ignacio ' +
  'inés isabela isabelle ivan jacques javier jean-pierre jérôme jesús joão joaquín jorge josé josefina josette juana jules julien juliette ' +
  'laetitia laurent lautaro léa leonardo leticia lionel loïc lorena lorenzo luc lucia lucía luciano lucie lucien ludovic luigi luis ' +
  'luisa maddalena magali manon manuel marcelo margaux margherita mariana mariano marina mario marisol marta martine martín massimo mateo ' +
  'mathieu mathilde matteo maurice maurizio maxime mélanie michel michela miguel mireille montserrat nathalie nicola nicolas nicolás noemi océane ' +
  'odile olivier ottavia pablo paola paolo pascale paulo pedro pierre pietro pilar quentin rafael ramón raúl régis rémi ricardo riccardo roberto ' +
  'rocío rodrigo romain rosario ruben rubén salvatore sandrine santiago sébastien serge sergio sofía solène sophie stefania stefano stéphane ' +
  'susana sylvain sylvie teresa théo thérèse thibault thierry thiago tiago tommaso umberto valentina valeria valérie vincenzo virginie vittoria xavier ' +
  'ximena yann yves';
const other =
  'abdul abdullah adem agnieszka ahmed ahmet aisha aleksandra aleksandr ali amina amir anastasia andrei andrzej aneta anil anita anjali ann-marie arjun ' +
  'arun asha aslan ayse ayşe aziz barış bartosz beata bogdan boris burak canan can carlijn daan dariusz deepak deniz dilara dimitri dmitri dorota ebru ' +
  'elif emine emre erik eszter ewa fatima fatma femke ferenc fleur freja gábor grzegorz gustav hakan hamza hasan hassan hatice hiroshi huda husain hussein ibrahim ' +
  'igor ines ioana irina ismail istvan ivana jan janek jarosław jasper jelena jeroen joanna johan joris juraj kaan kamil karolina kasper katarzyna keiko ' +
  'kemal khalid krzysztof kumar lakshmi lászló leila levent lieke linh łukasz maarten maciej magnus małgorzata manoj mareike marek mariusz maryam mehmet meera ' +
  'mehdi merve mihai milan milena milica mikael mohamed mohammad mohammed muhammad murat mustafa nadia naveen neha nguyen nikola nikolai nikhil nour oğuz ' +
  'oleksandr olga omar onur orhan osman özlem paweł pieter piotr pooja pradeep priya radu rahul raj rajesh rania ravi ravindra reza rohan ruud sander ' +
  'sanjay sanne selim serkan sinan siti slavica snežana sofie sunita suresh svetlana szymon takashi tariq thijs tomasz tuğba ümit usman vijay vikram ' +
  'vladimir volodymyr willem wim wojciech xin yasemin yasmin yuki yusuf zainab zbigniew zeynep zoltán';

/** Given names that are also words, places or months: they need a surname or a cue beside them. */
export const ambiguousGivenNames = new Set(
  (
    'alexa amber angel aurora austin ava blake brad brooke can carol chase chelsea christian clay cody colin crystal dale daisy dawn dean dolores else ernst ' +
    'eva eve faith florence florian frank georgia gail grant guy heath heather holly hope hunter israel ivy jade jan jasmine jay jean jersey jordan joy june ' +
    'lance laurel lee logan lynn mark marina mason max may mercedes milan milton misty mitchell morgan nelson nice noel ole olive paige paris pat patience patty ' +
    'penny perry pilar poppy ray rich rob robin rosa rosario rose ross roy ruby santiago savannah scott sky spencer stella sue summer sydney taylor till tracy ' +
    'trude troy tyler viola virginia wade wallace warren wayne will willow winston wolf raj rania sana ana franco miranda xin ali amir san carmen raúl ' +
    'casey francis kerry stacey terry clifford earl harvey rusty sandy sterling hazel iris jack bill gene dusty violet trinity destiny harmony serenity ' +
    'dallas denver phoenix madison cash major prince duke king judge ariel royal art drew skip buddy rex reed cliff glen dell kit rusty van'
  ).split(' '),
);

const further =
  'abbie abby adele adriana adrienne alana alec alejandra alejandro alfonso alfredo alisha alma alonzo althea alton alyson amari amos anabel anastacia andre andrea andres angelica ' +
  'angie annabelle annabel annemarie antoinette araceli ariana arlene armando arnoldo arturo asher aubrey augusta augustus aurelia aurelio avery baylee beau bella bennett benny bernice ' +
  'bert bertha bessie bettie beulah bianca blanca blanche bo bonita boyd braden bradford brady brandi brandy brayden breanna brent brigid bryce bryson caitlin cameron camron candace candice ' +
  'candy carey carissa carlee carleton carli carmela carmelo caroline cassandra cassie cecelia cecil cecilia celeste celia cesar chad charlene charley chauncey chester christa christelle christine ' +
  'christy cierra clare clarissa claud claude claudia claudio clay clementine cleo cleveland clint clinton cole coleman constance coralie cora cordelia cornelius cortez cristal cruz curt dahlia damian damon dana ' +
  'dandre dane dangelo danika daphne darcy darian darin darius darla darlene darrell darryl daron dashawn dayton deanna deangelo deborah dedrick deja delbert delia della delores delphia demetrius dena denny ' +
  'deon derick desiree desmond deven devin devon dexter dina dion dixie dolly domenic domingo domenica dominic dominick don donna donnell donnie donny dora dorian doug drake duncan dwight easton eda edd eddie edmond edmund edna edwardo edwina ' +
  'efrain eileen elda eldon eldred eleanora eleanore elfrieda elian elias elijah elinor elinore eliseo eliza ella ellis elmer elmo eloisa eloise elsa elsie elton elva elvira elwin elyse emelia emerson emery emmanuel emmett emmitt enid enoch enos ' +
  'ephraim erick ericka erling erna ernestine erwin eryn esmeralda esperanza essie estefania estel estella estrella ethelyn etta eudora eula eulalia eva evangeline everett ezekiel ezra fannie felicia felicity felton fermin fern fidel filiberto finn fletcher flora florida floyd forrest ' +
  'francesca frankie freda freddy frederic freeda freeman freida frieda gabe garett garfield garland garnet garrick garry gaston gavin gaylord geo geovanni german germaine gerardo gia giles gillian gino giovani gladyce glenda godfrey grace gracie grady gretchen guido gunner gus gwen ' +
  'hadley hal haley hank hans harley harrison hassie hattie haven hayden haylie heber helena helga hellen herbert hermina herminia hershel hilario hilda hillary hiram hobart horace hortense hosea houston hoyt hubert hudson hulda humberto hyman ' +
  'ian ibrahim ida idella ignatius ike ila ima imani imelda immanuel imogene ira irma irving irwin isaiah isadore isai isaias ismael isobel isom itzel iva ivah jabari jace jackeline jacklyn jacky jacynthe jaden jadon jaida jaime jake jalen jamal jamel jameson jamie ' +
  'jana janae janelle janessa janie jarod jarred jarret jarvis javon jaylen jazmin jed jedidiah jeffery jennie jerald jeramie jeremiah jermaine jerrod jess jessika jett jewel jo joaquin jocelyn jodie jody joesph johnathan johnnie jonathan jordi jovan ' +
  'juana judah judd jude judy jules julianne juliet julio julius juliana junior justice justus kacey kade kaela kailee kaleb kali kameron kara kareem karelle kari karianne karina karley karolann kasandra kassandra kathleen katherine kathryne katlynn katrina kattie kaya kayden kaylee kayleigh ' +
  'keagan keanu keara keegan keely keira kelley kelvin kendall kendrick kennedi kenton kenya keon keyshawn khalil kiara kian kiana kiera kieran kiley kip kira kirsten kitty kobe kody kris krista kristian kristofer kristy kurtis kylee kyleigh kyra lacey lacy laila lamar lambert lana landen lane laney lara laron larue ' +
  'laurence laurel laurianne lauriane lauryn lavada lavern laverna lavina lawson layla leann leanna leanne leda leilani lela leland lemuel lenora lenore leola leon leonel leonie leonor leonora leopold leopoldo leora leta letha letitia levi lew lexi lexie lexus lia liana lila lilian lilla lilliana lilly lilyan lincoln lindsey ' +
  'lionel lisette litzy liza lizzie lloyd lola lolita lonnie lonny lonzo lorenza lorenz lorna lottie lou louie louisa loyal loyce luciano lucile lucinda lucio ludie luella luther luz lyda lyla lyric mable mac macey maci mack macy madalyn maddison madelyn madge madonna mae maegan maeve magdalena maggie magnolia maia malachi malika malinda mallory ' +
  'malvina mandy manley manuela mara marcelino marcella marcelle marcellus marco marcos marcus mariah mariam mariane maribel marielle marietta marilou marisa marisol marjory marlee marlen marlin marques marquis marta marty maryam maryjane matilda mateo mathew mathias mathilda maud maude maurine mauro maverick maxie maxime maximillian maximus maximo maxine maya maybell mckenna mckenzie meagan meda ' +
  'meggie meghan melany melba melissa melody melyssa meredith merle merlin merritt mertie mervin meta micaela micah micheal mikayla mikel millie mina minerva minnie miracle mireya misael mitchel modesta mohamed molly mona monica monserrat monte monty moriah morris moses mossie murphy murray mustafa mya mylene myles myrna myron myrtle nadia ' +
  'naomie nat natalia nathanial ned nedra neha nella nellie nelle nettie neva newell newton nia nichole nickolas nicolette nigel nikita nikki nikko nils nina noah noelia noemie nolan nona norris norval nova novella nyasia obie ocie octavia octavio oda odell odessa odie ofelia oleta olin oliver ollie omer opal ophelia ora oral oren orie orin orion orland orlando orlo orval orville osbaldo osborne oswald oswaldo otha otho otis ' +
  'otto ova owen ozella pablo pansy paolo paris parker pascale pasquale patience patrick pattie paula pauline paxton payton pearl pearlie percival percy perla pete petra peyton philip phoebe phyllis pierce pierre pietro pinkie porter preston prince princess priscilla providenci prudence queen queenie quentin quincy quinn quinten quinton rachelle rae raegan rafaela raheem rahsaan raina raleigh ralph ramiro ramona ramon rashad rashawn ' +
  'raul raven raymundo reagan reanna reba rebeca rebekah reece reed reese regan reggie reid reilly reina reinhold remington rene renee retta reuben reva rex rey reyes reymundo reyna reynold rhea rhett rhiannon rickey rico rigoberto riley rita robb robbie robyn rocio rocky rod roderick rodger rodolfo rodrick rogelio roman ron ronaldo ronny roosevelt rosalia rosalie rosalind rosalinda rosalyn rosamond rosanna roscoe rosella roselyn rosendo rosetta ' +
  'rosina roslyn rowan rowena rowland roxane rozella rubie rubye rudy rusty ruthe ruthie ryann ryder rylan ryleigh sabina sabryna sadie sadye salma salvador salvatore samara samir sammie sammy samson sanford santa santina santos sasha saul savanna savion scarlett scot scottie scotty selena selina selmer serena serenity seth shad shaina shanel shanelle shania shanna shany sharon shaylee shaniya sheldon shemar sheridan sherman sherwood shyann shyanne sibyl ' +
  'sid sidney sienna sierra sigmund sigrid sigurd silas sim simeon skyla skylar skye solon soledad sofia stacy stan stefan stefanie stephania stephany stephon sterling stevie stone sunny susana susanna susie sven syble sydnee sydni sydnie sylvan tabitha tad talia talon tamia tania tanner tara taryn tate tatum tatyana tavares taya terrance terrell terrill tess tessie tevin thad thaddeus thalia thea theresia theron thora thurman tia tiana tiara tierra ' +
  'timmothy timmy tina titus tobin tomas tomasa toney torey torrance torrey toy trace tracey travon trent trenton tressa tressie treva trever trevion trey trinity trisha trudie trycia trystan turner twila ty tyra tyree tyrel tyrell tyrese tyrique tyshawn tyson ubaldo ulices ulises una unique urban uriah uriel ursula vada valentina valentine valentin vance vaughn veda velda vella velma velva verda verdie vergie verla verlie vern verna vernice vernie verner ' +
  'vesta vicenta vicente vickie vida vidal vince vincenza vincenzo vinnie viva vivien vivianne vito vita von waldo wallace walton wanda ward watson wava webster weldon wellington wendell werner westley weston whitney wilber wilbert wilburn wiley wilford wilfred wilfredo wilfrid wilhelmine willa willis willow wilmer wilson wilton winfield winifred winnifred winona woodrow wyatt wyman xander xavier xzavier yadira yasmine yazmin yesenia yoshiko yvonne ' +
  'zachariah zachery zack zackary zander zane zaria zechariah zelda zella zelma zena zetta zion zita zola zora zula alice anouk aoife siobhan niamh saoirse cormac declan eoin fergus rasmus torbjörn mikkel søren sigrún astrid ingrid tuva linnea ' +
  'jarl henriette friedhelm gottlieb ewald egbert ruprecht ludger gesine detlev volkhard burghard hartwig hilmar ottmar wendelin quirin leberecht kunigunde brunhilde irmela roswita almut gunda hedda wiebke frauke tjark okke ' +
  'priyanka deshawn lakisha latisha tyrone malik kwame kofi ama abena chidi ngozi emeka amara zainab chinedu oluwaseun ifeoma tunde babatunde adebayo adaeze thandiwe sipho nomvula hye-jin minho jisoo jihoon haruto sakura yui hina sota ren kenji akiko naoko ' +
  'mei ling wei jing xiao yan hao lei fang ming hong juan-carlos javiera nuria inmaculada rosalía begoña íñigo aitor iker xabier ainhoa leire arantxa jordi oriol montse laia aleix pau roser tiago inês joana rui nuno beatriz catarina duarte gonçalo leonor matilde';
/** English words among them that no list above needs. */
const words = new Set(
  'angel art bo candy cash cole dane dolly don florida freeman german grace guy haven houston jewel justice king lane lincoln mac may mina miracle modesta nat newton nova opal ora oral parker pearl pierce porter prince princess prudence queen raven reed reid rey riley rod roman rusty santa santos scot sim sky stone sunny susie sven tad talon tate toy trace trey turner ty unique urban vance vern vita von ward watson webster wilson will chad clay cleveland dana dayton denver destiny devon drake easton elias ellis emerson emery fern finn fletcher forrest garland gaston gay gunner hank harley hudson ida ima jett jo kip kit kitty kris landen lawson lexus loyal luz lyric mack marlin marquis merlin merritt mona monte morris moses mya myrtle ned nikita norris orion orlando owen paxton payton percy peyton preston quinn rae reagan reese remington rex rocky ron roosevelt rudy salvador sasha saul sheridan sherman sid sienna sierra sterling sunny tanner tess titus trent trinity tyson ulises uriel valentine vaughn vida vidal viva waldo wellington weston willow wyatt zion ama wei ming hong fang lei hao yan jing ling mei ren rui pau pan'.split(
    ' ',
  ),
);

export const givenNames = new Set(
  `${german} ${english} ${romance} ${other} ${further}`
    .split(' ')
    .concat(moreGivenNames)
    .filter((name) => name.length > 1),
);
for (const name of moreAmbiguous) ambiguousGivenNames.add(name);
for (const word of words) if (givenNames.has(word)) ambiguousGivenNames.add(word);
