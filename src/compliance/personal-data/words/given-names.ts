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
    'alexa alexis amber angel aurora austin ava ben blake bob brooke brad can carol charlotte chelsea christian clara clay cody colin crystal dale daisy dan ' +
    'daan dave dean doris dolores else ernst eva eve faith fin florence florian frank fritz georgia gail grant guy hans hazel heath heather holly hope hugo hunter ' +
    'ilse iris ivy jack jackson jade jan jasmine jasper jay jean jenkins jersey jerome jordan joy june karl kelly ken kim kirk kurt lance laurel lea lee leila ' +
    'leslie lewis lily lina linda logan luca luke lynn maja mark marina mario martha martin mason max may mercedes mia mike milan milton misty mitchell ' +
    'morgan nelson nice nick noel nora norma oliver ole olive oscar oskar paige paris pat patience patty penny perry phil pia pilar poppy ray rich rick rob robin rocío ' +
    'rosa rosario rose ross roy ruby ruth sam santiago savannah scott sean shane shelby sidney sky spencer stella sue summer sydney ' +
    'taylor ted theo till tim todd tom tony tracy troy trude tyler valentin vera victor victoria viola virginia wade wallace walter warren wayne will ' +
    'willow winston wolf israel raj ali amir rania sana ana elena aslan delphine denis franco gladys huda igor kasper konstantin leni miranda misty ' +
    'nadia raphael ravi sander saskia simone sina solène sofia sophia wanda siti xin consuelo gaspard lucia lucie magnus merve montserrat nour concepción ' +
    'guadalupe san carmen dominique camille angelo romy gitta greta knut kilian leonardo marco manuel raúl oleksandr boris basil jesús deniz ' +
    'casey connor corey drew francis kerry shannon stacey terry vernon clifford clyde dustin earl eugene garrett gene harvey rusty sandy sterling'
  ).split(' '),
);

export const givenNames = new Set(`${german} ${english} ${romance} ${other}`.split(' '));
