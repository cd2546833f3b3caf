package recall

// All constants of the ranking. docs/RECALL.md tells what each step gives, and
// how the numbers were found; nearby values do as well.

// BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
// Beyond" (2009), section 3.4. Notes are short, and their length says less than
// that of documents: b is below the usual 0.75.
const (
	bm25K1 = 1.2
	bm25B  = 0.5
)

const (
	// vagueWeight is what a word counts that says little in any question.
	vagueWeight = 0.25
	// categoryWeight is what a thing counts where the question has the word for
	// its kind.
	categoryWeight = 0.7
	// likeWeight is what a word counts that is nearly the one in the question,
	// which no memory has.
	likeWeight = 0.8
	// besideWeight is what two words side by side add, of the mean of both.
	besideWeight = 0.5

	// reach is how far a memory's neighbours are heard, and the rest what is left
	// of a word's value with each step: a reply answers what was said before it,
	// so what comes after counts less.
	reach       = 6
	fadeBefore  = 0.75
	fadeAfter   = 0.45
	secondShare = 0.5 // of the second best memory of a conversation
	thirdShare  = 0.35

	// What is left of a date's fit for each day that a memory is off: people
	// tell of things after they happened.
	daysBefore = 1.5
	daysAfter  = 8.0
	leastDate  = 0.01
)

// Between chat turns and notes, told apart by how many words that say something
// the user's memories have in the mean: up to chatWords they are turns, from
// noteWords on notes.
const (
	chatWords = 15.0
	noteWords = 23.0
)

// weights say what each sign that a memory is meant counts.
type weights struct {
	best  float64 // the value of the rarest word of the question that it has
	count float64 // how many words of the question it has
	base  float64 // BM25, and words side by side
	near  float64 // the words in it and in its neighbours, less with distance
	share float64 // the same, of all the question's words
	talk  float64 // the best memories of its conversation
	reply float64 // base of the question that it replies to
	asked float64 // it comes after a question

	title     float64 // the question names its title or topic key
	titleTalk float64 // likewise, times talk

	date       float64 // it is of the time that the question names
	first      float64 // its writer speaks of himself
	standing   float64 // it is a standing instruction
	preferring float64 // it says what its user prefers, and the question asks what to do
	when       float64 // it has a word of time, and the question asks when
	many       float64 // likewise a number
	where      float64 // likewise a name, for a place
	who        float64 // likewise a name, for a person
}

var (
	// A question in a sentence, to chat turns and to notes.
	chatQuestion = weights{ //nolint:gochecknoglobals // a table
		best: .18, count: .1, base: .05, near: .45, share: 1, talk: .1, reply: .1, asked: .2, title: 1.5, titleTalk: .15,
		date: 6, first: .85, standing: 2.2, preferring: 1.8, when: 1, many: .7, where: .3, who: .5,
	}
	noteQuestion = weights{ //nolint:gochecknoglobals // a table
		best: .25, count: .12, base: .3, near: .13, talk: .1, reply: .1, asked: .2, title: 3.5, titleTalk: .1,
		date: 6, first: .85, standing: 2.2, preferring: 1.8, when: .5, many: 1, where: .2, who: .2,
	}
	// Keywords.
	chatKeywords = weights{base: .1, near: .45, talk: .08, title: 2.6, titleTalk: .23, first: 1.2, date: 6} //nolint:gochecknoglobals // a table
	noteKeywords = weights{base: .4, near: .45, talk: .08, title: 2.6, titleTalk: .23, first: 1.2, date: 6} //nolint:gochecknoglobals // a table
)

// weightsFor mixes the weights for memories that have so many words in the mean.
func weightsFor(question bool, words float64) weights {
	chat, note := &chatKeywords, &noteKeywords
	if question {
		chat, note = &chatQuestion, &noteQuestion
	}
	n := min(max((words-chatWords)/(noteWords-chatWords), 0), 1)
	mix := func(c, d float64) float64 { return float64(c*(1-n)) + float64(d*n) }
	return weights{
		best: mix(chat.best, note.best), count: mix(chat.count, note.count), base: mix(chat.base, note.base),
		near: mix(chat.near, note.near), share: mix(chat.share, note.share), talk: mix(chat.talk, note.talk),
		reply: mix(chat.reply, note.reply), asked: mix(chat.asked, note.asked),
		title: mix(chat.title, note.title), titleTalk: mix(chat.titleTalk, note.titleTalk),
		date: mix(chat.date, note.date), first: mix(chat.first, note.first),
		standing: mix(chat.standing, note.standing), preferring: mix(chat.preferring, note.preferring),
		when: mix(chat.when, note.when), many: mix(chat.many, note.many), where: mix(chat.where, note.where), who: mix(chat.who, note.who),
	}
}

// Bounds on the work of one search.
const (
	// enoughFound is how many memories the rarer words must have found for the
	// commonest to be left out.
	enoughFound = 4096
	// maxDated is how many are looked at for their dates alone: the newest.
	maxDated = 1024
	// maxScored is how many memories with words of the question are looked at
	// closely: the best by BM25.
	maxScored = 192
	// maxBest is of how many of these the text is read, for words side by side,
	// and the neighbours are looked at.
	maxBest = 32
	// maxStanding is how many standing instructions are, without any word: the
	// newest.
	maxStanding = 64
	// standingInTen is how many of ten hits may be there for being standing
	// instructions alone.
	standingInTen = 2
	// leastPair is the part of a query's value, one in so many, that two words must
	// have together to be looked for side by side.
	leastPair = 10
	// maxLooks is for how many words of a query all terms are gone through, for
	// those nearly like one that no memory has, and for German compounds.
	maxLooks = 4
)
