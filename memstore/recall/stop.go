package recall

import "strings"

// Small words say nothing in a question, and tell the language of a text. These
// are articles, pronouns, prepositions, auxiliaries and their like, folded
// (without accents); the English ones with the halves that don't and we'll fall
// into. The lists hold common knowledge about the languages; the usual ones
// (snowballstem.org has some) are longer and hold words that can matter.
const (
	smallEnglish = `a about after again all also am an and any are aren as at be been before being between but by can could couldn d did
		didn do does doesn doing don done down during each for from get got had hadn has hasn have haven having he her here hers him his how
		i if in into is isn it its just let ll m may me might mine more most must my no nor not o of off on only or other our ours out over
		own re s same shall she should shouldn so some such t than that the their theirs them then there these they this those to too up us
		ve very was wasn we were weren what when where which who whom whose why will with won would wouldn y you your yours`
	smallSpanish = `a al algo ante antes como con cual cuales cuando cuanto de del desde donde e el ella ellas ellos en entre era eran es esa
		ese eso esta estaba estado estamos estan estar este esto estos fue fueron ha habia han hasta hay la las le les lo los mas me mi mis
		muy nada ni no nos nosotros nuestra nuestro o os otra otro para pero poco por porque que quien quienes se ser si sido sin sobre son
		su sus tambien tan te tiene tienen todo todos tu tus un una unas uno unos usamos y ya yo`
	smallGerman = `aber als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein dem den der des dich die dies diese
		diesem diesen dieser dir doch du durch ein eine einem einen einer eines er es euch euer fur gegen hab habe haben hat hatte hatten
		ich ihm ihn ihr ihre im in ist ja kann kein keine man mein meine mich mir mit muss nach nicht noch nun nur ob oder ohne sehr sein
		seine sich sie sind so soll sollen uber um und uns unser unsere unter vom von vor wann war waren warum was weil welche welchem
		welchen welcher welches wem wen wenn wer werden wie wieder wir wird wo wurde wurden zu zum zur`
	smallFrench = `a ai as au aussi aux avait avec avez avoir avons c car ce cela ces cet cette ceux chez comme comment d dans de depuis des
		donc du elle elles en entre es est et etaient etait etant ete etes etre eu fait faut il ils j je l la le les leur leurs lors lui
		m ma mais me meme mes moi mon n ne ni nos notre nous on ont ou par pas pendant peu peut plus pour pourquoi qu quand que quel quelle
		quelles quels qui quoi s sa sans se ses si son sont sous sur ta te tes toi ton tous tout toute tres tu un une utilise vos votre
		vous y`
)

// smallWords has, for each word, a bit for each language.
var smallWords = func() map[string]uint8 { //nolint:gochecknoglobals // a table
	m := make(map[string]uint8)
	for l, list := range [languages]string{inEnglish: smallEnglish, inSpanish: smallSpanish, inGerman: smallGerman, inFrench: smallFrench} {
		for w := range strings.FieldsSeq(list) {
			m[w] |= 1 << l
		}
	}
	return m
}()

// stopWord reports whether a folded word says nothing in a question of that
// language. Memories keep theirs: a query of nothing but such words is searched
// for them.
func (l language) stopWord(word []byte) bool {
	return len(word) <= maxSmallWord && smallWords[string(word)]>>l&1 != 0
}
