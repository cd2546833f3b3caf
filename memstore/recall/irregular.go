package recall

import "strings"

// Forms of English words that no suffix rule leads back to the word: strong
// verbs, plurals and comparisons, and numbers written out. Each line is a word
// and its forms, or a word of software and how it is cut short. Common knowledge;
// forms that are as often another word's are not here ("min" is of minutes too).
const irregularForms = `
	be am is are was were been being
	go went gone goes going
	have had has having
	do did done does
	buy bought
	bring brought
	think thought
	teach taught
	catch caught
	seek sought
	fight fought
	make made
	take took taken
	give gave given
	get got gotten
	come came
	become became
	see saw seen
	know knew known
	grow grew grown
	throw threw thrown
	fly flew flown
	draw drew drawn
	drive drove driven
	ride rode ridden
	write wrote written
	rise rose risen
	choose chose chosen
	speak spoke spoken
	break broke broken
	wake woke woken
	steal stole stolen
	freeze froze frozen
	wear wore worn
	tear tore torn
	swear swore sworn
	begin began begun
	drink drank drunk
	sing sang sung
	swim swam swum
	ring rang rung
	run ran
	win won
	find found
	hold held
	tell told
	sell sold
	feel felt
	keep kept
	sleep slept
	leave left
	meet met
	lead led
	feed fed
	send sent
	spend spent
	lend lent
	build built
	lose lost
	shoot shot
	sit sat
	stand stood
	understand understood
	say said
	pay paid
	lay laid
	hear heard
	eat ate eaten
	fall fell fallen
	forget forgot forgotten
	hide hid hidden
	bite bit bitten
	blow blew blown
	show showed shown
	hang hung
	stick stuck
	strike struck
	dig dug
	deal dealt
	mean meant
	dream dreamt
	learn learnt
	burn burnt
	light lit
	slide slid
	shake shook shaken
	forgive forgave forgiven
	bind bound
	overwrite overwrote overwritten
	rewrite rewrote rewritten
	shrink shrank shrunk
	spin spun
	split splitting
	withdraw withdrew withdrawn
	marry married marriage
	child children kid kids
	man men
	woman women
	person people
	wife wives
	life lives
	knife knives
	leaf leaves
	foot feet
	tooth teeth
	mouse mice
	index indices
	criterion criteria
	good better best
	bad worse worst
	mom mother mum mommy mommies
	dad father daddy
	grandma grandmother
	grandpa grandfather
	first 1st
	second 2nd
	third 3rd
	administrator admin
	application app apps
	argument arg args
	authentication auth
	configuration config configs cfg
	database db dbs
	development dev
	directory dir dirs
	documentation docs
	environment env envs
	javascript js
	kubernetes k8s
	library lib libs
	maximum max
	message msg msgs
	package pkg pkgs
	parameter param params
	performance perf
	postgresql postgres
	production prod
	reference ref refs
	repository repo repos
	specification spec specs
	temporary tmp
`

// irregular leads from a form to its word, and families from a word to its forms.
var irregular, families = func() (map[string]string, map[string][]string) { //nolint:gochecknoglobals // a table
	words, forms := make(map[string]string), make(map[string][]string)
	for line := range strings.Lines(irregularForms) {
		family := strings.Fields(line)
		if len(family) == 0 {
			continue
		}
		forms[family[0]] = family[1:]
		for _, f := range family[1:] {
			words[f] = family[0]
		}
	}
	return words, forms
}()

// regular gives the word that a folded English word is a form of, or itself.
func regular(word string) string {
	if base, ok := irregular[word]; ok {
		return base
	}
	if w, ok := strings.CutSuffix(word, "s"); ok {
		if base, ok := irregular[w]; ok {
			return base
		}
	}
	return word
}
