use std::collections::HashSet;

use crate::schema::Language;

/// Words that say little of what a text is about.
pub(super) fn stop_words(language: Language) -> HashSet<&'static str> {
    let words = match language {
        Language::Danish => DANISH,
        Language::Dutch => DUTCH,
        Language::English => ENGLISH,
        Language::Finnish => FINNISH,
        Language::French => FRENCH,
        Language::German => GERMAN,
        Language::Hungarian => HUNGARIAN,
        Language::Italian => ITALIAN,
        Language::Norwegian => NORWEGIAN,
        Language::Portuguese => PORTUGUESE,
        Language::Romanian => ROMANIAN,
        Language::Russian => RUSSIAN,
        Language::Spanish => SPANISH,
        Language::Swedish => SWEDISH,
        Language::Turkish => TURKISH,
    };
    words.split_whitespace().collect()
}

const DANISH: &str = "af alle andet at blev blive bliver da de dem den denne der deres det dette dig din disse dog du \
    efter eller en end er et for fra ham han hans har havde have hende hendes her hos hun hvad hvis hvor \
    i ikke ind jeg jo kan kunne man mange med meget men mig min mine mit nu når og også om op os over på \
    sig sin skal skulle som sådan thi til ud under var vi vil ville vor være været";

const DUTCH: &str = "aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een eens \
    en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je \
    kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons \
    ook op over reeds te tegen toch toen tot u uit uw van veel voor want waren was wat werd wezen wie \
    wil worden wordt zal ze zelf zich zij zijn zo zonder zou";

const ENGLISH: &str = "a about above after again against all am an and any are as at be because been before being below \
    between both but by can did do does doing don down during each few for from further had has have \
    having he her here hers herself him himself his how i if in into is it its itself just me more \
    most my myself no nor not now of off on once only or other our ours ourselves out over own s \
    same she should so some such t than that the their theirs them themselves then there these they \
    this those through to too under until up very was we were what when where which while who whom \
    why will with would you your yours yourself yourselves";

const FINNISH: &str = "että hän he ja joka jos kanssa kuin kun me mikä minä mitä mukaan mutta myös ne niin noin nyt oli \
    olla olen on ovat se sekä sen siitä sinä tai tämä te vaan vai vaikka";

const FRENCH: &str = "à ai au aux avec ce ces cet cette dans de des du elle elles en est et eu eux il ils je la le les \
    leur leurs lui ma mais me mes moi mon ne nos notre nous on ont ou où par pas pour qu que qui sa se \
    ses si son sont sur ta te tes toi ton tu un une vos votre vous y c d j l m n s t été être";

const GERMAN: &str = "aber als am an auch auf aus bei bin bis bist da damit das dass dein dem den der des die dies diese \
    diesem diesen dieser dieses dir du durch ein eine einem einen einer eines er es euch für habe haben \
    hat hatte ich ihr ihre im in ist ja kann kein keine können man mein mich mir mit nach nicht noch nun \
    nur ob oder ohne sehr sein seine sich sie sind so über um und uns unter vom von vor war was weil \
    wenn werden wie wir wird wo zu zum zur";

const HUNGARIAN: &str = "a abban ahhoz ahogy aki akik akkor alatt ami amely az azok azonban azt be csak de e egy ebben ehhez \
    el ez ezek ezt és fel hanem hogy ha hiszen ide is itt kell ki le lesz lehet maga meg mert mi miért \
    mint minden most nagyon ne nem oda olyan ott ő pedig saját se sem si szerint ugyanis után vagy van \
    volt";

const ITALIAN: &str = "a ad agli ai al alla alle allo anche c che chi ci come con da dagli dai dal dalla dalle dei del dell \
    della delle dello di dove e ed è gli ha hanno ho i il in io l la le lei lo loro lui ma mi mia mio ne \
    negli nei nel nella nelle no noi non nostro o per perché più quale quando quella quello questa \
    questo se sei si sia siamo sono su sua sul sulla suo ti tra tu tuo un una uno vi voi";

const NORWEGIAN: &str = "alle at av ble bli blir da de deg den denne der deres det dette din disse du eller en enn er et \
    etter for fra før ham han hans har hun hva hvem hvis hvor hvordan i ikke inn ja jeg kan kom man med \
    meg men mer min mot må nei noe noen nå når og også om opp oss over på seg selv sin sitt skal skulle \
    som så til ut var ved vi vil ville være vår";

const PORTUGUESE: &str = "a ao aos aquela aquele as até com como da das de dela dele do dos e é ela elas ele eles em entre era \
    essa esse esta está este eu foi há isso isto já lhe mais mas me mesmo meu minha muito na nas não nem \
    no nos nós nossa nosso num o os ou para pela pelo por qual quando que quem se sem ser seu sua são só \
    também te tem ter tu um uma você à às";

const ROMANIAN: &str = "a abia acea aceasta această aceea acel acela acest acesta acum ai al ale am ar are as asta astfel au \
    avea ca că când care ce cea cei cel cele cine cu cum da dacă dar de deci deja din după ea ei el ele \
    era este eu fi fie fost iar în îi îl îmi își îți la le lor lui mai mea mele meu mi ne nici noastră \
    nostru nu o or pe pentru poate prin sa să sau se și spre sunt sub ta te ți tu un una unde unei unor \
    unui vă voi vom vor";

const RUSSIAN: &str = "а без бы был была были было быть в вам вас весь во вот все всё вы где да для до его ее её если есть \
    еще ещё же за здесь и из или им их к как ко когда кто ли меня мне мы на над нам нас не него нее неё \
    нет ни них но ну о об однако он она они оно от очень по под при с со так также такой там те тем то \
    того тоже той только том ты у уже хотя чего чей чем что чтобы чьё эта эти это этот я";

const SPANISH: &str = "a al algo antes como con contra cual cuando de del desde donde durante e el él ella ellas ellos en \
    entre era es esa ese eso esta está este esto fue ha había hasta hay la las le les lo los más me mi \
    mis mucho muy nada ni no nos nosotros o otra otro para pero poco por porque que qué quien se ser si \
    sí sin sobre son su sus también tanto te tiene tu tú un una uno unos y ya yo";

const SWEDISH: &str = "all alla att av blev bli blir då de dem den denna deras dess det detta dig din dina ditt du där \
    efter ej eller en er ett för från ha hade han hans har hon hur här i icke inom inte jag ju kan kunde \
    man med mellan men mig min mina mitt mot mycket ni nu när någon något några och om oss på samma \
    sedan sig sin sina skulle som så till under upp ut utan vad var vara vart varje vem vi vid vilken åt \
    över";

const TURKISH: &str = "acaba ama ancak bana bazı belki ben beni bir biz bu bunu çok çünkü da daha de defa diye dolayı en \
    gibi hem hep her hiç için ile ise kez ki kim mı mi mu mü nasıl ne neden nerede o olan olarak oldu \
    olduğu olur onlar onu sanki şey siz son şu tüm ve veya ya yani";
